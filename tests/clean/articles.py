"""A clean article of three paragraphs in each language that has rules. All articles are invented."""

from __future__ import annotations

ARTICLES: dict[str, tuple[str, str, str]] = {
    "en": (
        "Heavy rain broke the old wall of the town on Monday night, and forty families had to leave their homes.",
        "The mayor said that the repairs would last until spring and cost more money than the town has.",
        "Volunteers handed out soup and blankets to those who spent the night in the school.",
    ),
    "de": (
        "Starker Regen hat in der Nacht zum Montag die alte Stadtmauer zerstört, vierzig Familien mussten ihre Häuser verlassen.",
        "Die Bürgermeisterin sagte, dass die Arbeiten bis zum Frühjahr dauern und mehr kosten, als die Stadt besitzt.",
        "Freiwillige verteilten Suppe und Decken an alle, die in der Schule übernachteten.",
    ),
    "fr": (
        "De fortes pluies ont détruit le vieux mur de la ville dans la nuit de lundi, et quarante familles ont dû quitter leur maison.",
        "La maire a déclaré que les travaux dureraient jusqu'au printemps et coûteraient plus que ce que possède la ville.",
        "Des bénévoles ont distribué de la soupe et des couvertures à ceux qui dormaient dans l'école.",
    ),
    "es": (
        "Las fuertes lluvias destruyeron el lunes por la noche el viejo muro de la ciudad, y cuarenta familias tuvieron que dejar sus casas.",
        "La alcaldesa dijo que las obras durarán hasta la primavera y costarán más de lo que tiene la ciudad.",
        "Los voluntarios repartieron sopa y mantas a quienes pasaron la noche en la escuela.",
    ),
    "pt": (
        "A chuva forte destruiu na noite de segunda-feira o velho muro da cidade, e quarenta famílias tiveram de deixar as suas casas.",
        "A prefeita disse que as obras vão durar até a primavera e custar mais do que a cidade possui.",
        "Os voluntários distribuíram sopa e cobertores a quem passou a noite na escola.",
    ),
    "it": (
        "Le forti piogge hanno distrutto nella notte di lunedì il vecchio muro della città, e quaranta famiglie hanno dovuto lasciare le case.",
        "La sindaca ha detto che i lavori dureranno fino alla primavera e costeranno più di quanto la città possiede.",
        "I volontari hanno distribuito zuppa e coperte a chi ha passato la notte nella scuola.",
    ),
    "nl": (
        "Zware regen heeft in de nacht van maandag de oude stadsmuur verwoest, en veertig gezinnen moesten hun huizen verlaten.",
        "De burgemeester zei dat de werkzaamheden tot het voorjaar duren en meer kosten dan de stad bezit.",
        "Vrijwilligers deelden soep en dekens uit aan wie de nacht in de school doorbracht.",
    ),
    "da": (
        "Kraftig regn ødelagde natten til mandag den gamle bymur, og fyrre familier måtte forlade deres hjem.",
        "Borgmesteren sagde, at arbejdet vil vare til foråret og koste mere, end byen ejer.",
        "Frivillige delte suppe og tæpper ud til dem, der overnattede på skolen.",
    ),
    "no": (
        "Kraftig regn ødela natt til mandag den gamle bymuren, og førti familier måtte forlate hjemmene sine.",
        "Ordføreren sa at arbeidet vil vare til våren og koste mer enn det byen eier.",
        "Frivillige delte ut suppe og tepper til dem som overnattet på skolen.",
    ),
    "sv": (
        "Kraftigt regn förstörde natten till måndagen den gamla stadsmuren, och fyrtio familjer fick lämna sina hem.",
        "Borgmästaren sade att arbetet kommer att pågå till våren och kosta mer än vad staden äger.",
        "Frivilliga delade ut soppa och filtar till dem som tillbringade natten i skolan.",
    ),
    "pl": (
        "Ulewny deszcz zniszczył w nocy z niedzieli na poniedziałek stary mur miejski, a czterdzieści rodzin musiało opuścić domy.",
        "Burmistrz powiedziała, że prace potrwają do wiosny i będą kosztować więcej, niż miasto posiada.",
        "Wolontariusze rozdawali zupę i koce tym, którzy spędzili noc w szkole.",
    ),
    "fi": (
        "Rankkasade tuhosi maanantain vastaisena yönä kaupungin vanhan muurin, ja neljäkymmentä perhettä joutui jättämään kotinsa.",
        "Pormestari sanoi, että työt kestävät kevääseen ja maksavat enemmän kuin kaupungilla on.",
        "Vapaaehtoiset jakoivat keittoa ja peittoja niille, jotka viettivät yönsä koululla.",
    ),
    "cs": (
        "Silný déšť v noci na pondělí zničil starou městskou zeď a čtyřicet rodin muselo opustit své domovy.",
        "Starostka řekla, že práce potrvají do jara a budou stát víc, než kolik město má.",
        "Dobrovolníci rozdávali polévku a přikrývky těm, kdo strávili noc ve škole.",
    ),
    "ca": (
        "Una pluja forta la nit de dilluns va ensorrar l'antiga muralla de la ciutat, i quaranta famílies van haver de deixar casa seva.",
        "L'alcaldessa va dir que les obres duraran fins a la primavera i costaran més del que té la ciutat.",
        "Els voluntaris van repartir sopa i mantes a qui va passar la nit a l'escola.",
    ),
    "hr": (
        "Jaka kiša u noći na ponedjeljak srušila je stari gradski zid, a četrdeset obitelji moralo je napustiti svoje domove.",
        "Gradonačelnica je rekla da će radovi trajati do proljeća i stajati više nego što grad ima.",
        "Volonteri su dijelili juhu i deke onima koji su noć proveli u školi.",
    ),
    "sk": (
        "Silný dážď v noci na pondelok zničil starý mestský múr a štyridsať rodín muselo opustiť svoje domovy.",
        "Starostka povedala, že práce potrvajú do jari a budú stáť viac, než koľko mesto má.",
        "Dobrovoľníci rozdávali polievku a prikrývky tým, ktorí strávili noc v škole.",
    ),
    "hu": (
        "A heves eső hétfőre virradó éjszaka lerombolta a régi városfalat, és negyven családnak kellett elhagynia az otthonát.",
        "A polgármester azt mondta, hogy a munkák tavaszig tartanak, és többe kerülnek, mint amennyije a városnak van.",
        "Az önkéntesek levest és takarókat osztottak azoknak, akik az iskolában töltötték az éjszakát.",
    ),
    "ro": (
        "Ploaia puternică a distrus în noaptea de luni vechiul zid al orașului, iar patruzeci de familii au trebuit să își părăsească locuințele.",
        "Primărița a spus că lucrările vor dura până în primăvară și vor costa mai mult decât are orașul.",
        "Voluntarii au împărțit supă și pături celor care au petrecut noaptea în școală.",
    ),
    "bg": (
        "Силен дъжд разруши в нощта срещу понеделник старата градска стена и четиридесет семейства трябваше да напуснат домовете си.",
        "Кметицата каза, че ремонтът ще продължи до пролетта и ще струва повече, отколкото има градът.",
        "Доброволци раздаваха супа и одеяла на хората, които прекараха нощта в училището.",
    ),
    "el": (
        "Η δυνατή βροχή κατέστρεψε τη νύχτα της Δευτέρας το παλιό τείχος της πόλης και σαράντα οικογένειες άφησαν τα σπίτια τους.",
        "Η δήμαρχος είπε ότι οι εργασίες θα διαρκέσουν ως την άνοιξη και θα κοστίσουν περισσότερα από όσα έχει η πόλη.",
        "Εθελοντές μοίρασαν σούπα και κουβέρτες σε όσους πέρασαν τη νύχτα στο σχολείο.",
    ),
    "tr": (
        "Şiddetli yağmur pazartesi gecesi kentin eski surunu yıktı ve kırk aile evlerini terk etmek zorunda kaldı.",
        "Belediye başkanı onarımın bahara kadar süreceğini ve kentin parasından daha pahalıya mal olacağını söyledi.",
        "Gönüllüler geceyi okulda geçirenlere çorba ve battaniye dağıttı.",
    ),
    "uk": (
        "Сильний дощ у ніч на понеділок зруйнував старий міський мур, і сорок родин мусили залишити свої домівки.",
        "Міська голова сказала, що роботи триватимуть до весни й коштуватимуть більше, ніж має місто.",
        "Волонтери роздавали суп і ковдри тим, хто провів ніч у школі.",
    ),
    "ru": (
        "Сильный дождь в ночь на понедельник разрушил старую городскую стену, и сорок семей были вынуждены покинуть свои дома.",
        "Мэр сказала, что работы продлятся до весны и будут стоить больше, чем есть у города.",
        "Добровольцы раздавали суп и одеяла тем, кто провёл ночь в школе.",
    ),
    "ar": (
        "دمرت الأمطار الغزيرة ليلة الاثنين السور القديم للمدينة، واضطرت أربعون أسرة إلى مغادرة منازلها.",
        "وقالت رئيسة البلدية إن أعمال الترميم ستستمر حتى الربيع وستكلف أكثر مما تملكه المدينة.",
        "ووزع المتطوعون الحساء والبطانيات على الذين قضوا الليل في المدرسة.",
    ),
    "fa": (
        "باران شدید شب دوشنبه دیوار قدیمی شهر را ویران کرد و چهل خانواده ناچار شدند خانه‌های خود را ترک کنند.",
        "شهردار گفت که تعمیرات تا بهار طول می‌کشد و هزینه آن بیشتر از دارایی شهر است.",
        "داوطلبان میان کسانی که شب را در مدرسه گذراندند سوپ و پتو پخش کردند.",
    ),
    "he": (
        "גשם כבד הרס בליל שני את חומת העיר הישנה, וארבעים משפחות נאלצו לעזוב את בתיהן.",
        "ראשת העיר אמרה שהעבודות יימשכו עד האביב ויעלו יותר ממה שיש לעיר.",
        "מתנדבים חילקו מרק ושמיכות למי שבילו את הלילה בבית הספר.",
    ),
    "hi": (
        "भारी बारिश ने सोमवार की रात शहर की पुरानी दीवार को गिरा दिया और चालीस परिवारों को अपने घर छोड़ने पड़े।",
        "महापौर ने कहा कि मरम्मत का काम वसंत तक चलेगा और उस पर शहर के पास मौजूद धन से अधिक खर्च होगा।",
        "स्वयंसेवकों ने स्कूल में रात बिताने वालों को सूप और कंबल बांटे।",
    ),
    "bn": (
        "প্রবল বৃষ্টিতে সোমবার রাতে শহরের পুরোনো দেয়াল ভেঙে পড়ে এবং চল্লিশটি পরিবারকে বাড়ি ছাড়তে হয়।",
        "মেয়র বলেন, মেরামতের কাজ বসন্ত পর্যন্ত চলবে এবং শহরের সামর্থ্যের চেয়ে বেশি খরচ হবে।",
        "স্বেচ্ছাসেবকেরা স্কুলে রাত কাটানো মানুষের মধ্যে স্যুপ ও কম্বল বিতরণ করেন।",
    ),
    "id": (
        "Hujan deras menghancurkan tembok tua kota itu pada Senin malam, dan empat puluh keluarga harus meninggalkan rumah mereka.",
        "Wali kota mengatakan bahwa perbaikan akan berlangsung hingga musim semi dan menelan biaya lebih dari yang dimiliki kota.",
        "Para sukarelawan membagikan sup dan selimut kepada mereka yang bermalam di sekolah.",
    ),
    "vi": (
        "Mưa lớn đã phá hủy bức tường cũ của thành phố vào đêm thứ Hai, và bốn mươi gia đình phải rời khỏi nhà của mình.",
        "Thị trưởng cho biết việc sửa chữa sẽ kéo dài đến mùa xuân và tốn nhiều tiền hơn số thành phố có.",
        "Các tình nguyện viên đã phát súp và chăn cho những người ngủ lại trong trường học.",
    ),
    "th": (
        "ฝนตกหนักเมื่อคืนวันจันทร์ทำให้กำแพงเมืองเก่าพังลงมา และสี่สิบครอบครัวต้องออกจากบ้านของตน",
        "นายกเทศมนตรีกล่าวว่าการซ่อมแซมจะใช้เวลาจนถึงฤดูใบไม้ผลิและมีค่าใช้จ่ายมากกว่าที่เมืองมีอยู่",
        "อาสาสมัครแจกซุปและผ้าห่มให้แก่ผู้ที่พักค้างคืนในโรงเรียน",
    ),
    "zh": (
        "周一夜间的大雨冲毁了这座城市的旧城墙，四十个家庭不得不离开自己的家园。",
        "市长表示，修复工程将持续到明年春天，所需费用超过了该市现有的财力。",
        "志愿者向在学校过夜的居民分发了热汤和毛毯。",
    ),
    "ja": (
        "月曜日の夜の大雨で町の古い城壁が崩れ、四十世帯の住民が自宅を離れなければならなくなった。",
        "市長は、修復工事は春まで続き、費用は市の財政を上回ると述べた。",
        "学校で一夜を過ごした住民には、ボランティアがスープと毛布を配った。",
    ),
    "ko": (
        "월요일 밤 내린 폭우로 도시의 오래된 성벽이 무너져 마흔 가구의 주민이 집을 떠나야 했다.",
        "시장은 복구 공사가 봄까지 이어지고 시의 재정보다 많은 비용이 들 것이라고 말했다.",
        "자원봉사자들은 학교에서 밤을 보낸 주민들에게 수프와 담요를 나눠 주었다.",
    ),
}
