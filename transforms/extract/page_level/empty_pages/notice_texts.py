"""Wordings of sites that have no article to show, in the languages of the rule tables.

An error page, a wall and the form of a newsletter say so in a sentence of their own. The list of a
search, a tag or an author says so in its title.
"""

from __future__ import annotations

import re

SCRIPT_SHELL = "a script shell: the page has no text and loads it by scripts"

#: A page that is gone or never existed. The subject and what happened to it are near each other.
ERROR = re.compile(
    r"(?:having trouble|unable to|could ?n[o'’]t) load(?:ing)? (?:this|the|that) (?:page|content)|(?:this|the) (?:article|story|content) (?:has been|was) (?:removed|withdrawn|taken down)|cet? (?:article|contenu) .{0,30}(?:retiré|plus accessible)"
    r"|\b(?:page|article|story|link|url)\b.{0,20}\byou\b.{0,40}(?:look|request|follow|try|click|search|want)\w*.{0,60}(?:exist|found|find|moved|removed|deleted|available|expired|broken)"
    r"|\b(?:page|article|story|link)\b.{0,20}(?:(?:may|might) (?:have been|be) (?:moved|removed|deleted|broken|outdated|renamed)|no longer exists?|does ?n[o'’]t exist)"
    r"|(?:seite|artikel|beitrag)\b.{0,60}(?:existiert (?:leider )?nicht|gibt es (?:leider )?nicht|nicht (?:mehr )?(?:gefunden|verfügbar|vorhanden|erreichbar)|(?:verschoben|gelöscht) oder (?:gelöscht|verschoben))"
    r"|(?:page|article)\b.{0,60}(?:n['’]existe (?:pas|plus)|introuvable|n['’]a (?:pas|pu) .{0,12}trouvé|a été (?:supprimé|déplacé)e?|n['’]est (?:plus|pas) disponible)"
    r"|(?:página|artículo|contenido|noticia)\b.{0,60}(?:ya no existe|no existe|no (?:se )?(?:ha |pudo )?.{0,12}encontr\w+|ha sido (?:eliminad|movid)\w+|no está disponible)"
    r"|(?:pagina|articolo|contenuto)\b.{0,60}(?:non esiste|non .{0,12}trovat\w|non è (?:più )?disponibile|è stat[ao] (?:rimoss|spostat|cancellat)\w)"
    r"|(?:página|artigo|conteúdo|notícia|matéria)\b.{0,60}(?:não existe|não .{0,12}encontrad\w|não está (?:mais )?disponível|foi (?:removid|movid|excluíd)\w)"
    r"|(?:pagina|artikel)\b.{0,60}(?:bestaat niet|niet (?:meer )?(?:gevonden|beschikbaar)|(?:verplaatst|verwijderd))"
    r"|(?:sida|siden|artikeln|artikkelen|artiklen)n?\b.{0,60}(?:finns inte|finn?es ikke|findes ikke|kunde inte hittas|kunne ikke (?:findes|finnes)|flyttats|tagits bort|er (?:flyttet|fjernet|slettet))"
    r"|sivua?\b.{0,40}(?:ei (?:ole|löy\w+)|on poistettu)|(?:lehekülge|lapa|puslapis)\b.{0,40}(?:ei leitud|nav atrasta|nerastas)"
    r"|(?:stron\w|artykuł\w?)\b.{0,60}(?:nie istnieje|nie została znaleziona|została (?:usunięta|przeniesiona)|nie (?:jest )?dostępn\w+)"
    r"|strán\w+\b.{0,60}(?:neexistuje|nebyla nalezena|sa nenašla|byla (?:přesunuta|odstraněna|smazána))|stranic\w\b.{0,60}(?:ne postoji|nije pronađena)"
    r"|(?:oldal|cikk)\b.{0,60}nem (?:található|létezik|elérhető)|pagina\b.{0,60}(?:nu (?:există|a fost găsită|mai este disponibilă)|a fost (?:ștearsă|mutată))"
    r"|(?:sayfa|haber|içerik)\b.{0,60}(?:bulunam\w+|mevcut değil|kaldırılmış|silinmiş|taşınmış)"
    r"|(?:страниц|материал|стать)\w*.{0,60}(?:не (?:найден|существует)|удал[её]н)|такой страницы.{0,20}нет|ссылка.{0,20}устарела|(?:сторінк|матеріал)\w*.{0,60}(?:не (?:знайден|існує)|видален)|такої сторінки.{0,20}нема"
    r"|страница\w*.{0,60}не (?:е намерена|съществува)|σελίδα.{0,60}(?:δεν (?:βρέθηκε|υπάρχει|είναι διαθέσιμη)|έχει (?:αφαιρεθεί|μετακινηθεί|διαγραφεί))"
    r"|الصفحة.{0,60}(?:غير (?:موجودة|متوفرة|متاحة)|حذف|نقل)|(?:העמוד|הדף).{0,60}(?:לא (?:נמצא|קיים)|הוסר)|صفحه.{0,60}(?:یافت نشد|پیدا نشد|وجود ندارد|حذف شده)"
    r"|(?:पेज|पृष्ठ|लिंक).{0,60}(?:उपलब्ध नहीं|नहीं मिल|मौजूद नहीं|हटा दिया)|(?:পাতাটি|পেজটি|পৃষ্ঠাটি).{0,40}পাওয়া যায়নি"
    r"|halaman\b.{0,60}(?:tidak (?:ditemukan|ada|tersedia)|telah dihapus|dipindahkan)|(?:trang|bài viết)\b.{0,60}(?:không (?:tồn tại|tìm thấy)|đã bị (?:xóa|gỡ))|ไม่พบหน้า"
    r"|(?:ページ|記事).{0,40}(?:見つかりません|存在しません|削除され|移動し|公開を?終了)|(?:页面|頁面|网页|网址|文章).{0,30}(?:不存在|找不到|(?:已被?|被)删除|已失效|已下线)|(?:페이지|기사).{0,40}(?:찾을 수 없|존재하지 않|삭제되)",
    re.IGNORECASE,
)
#: A wall: an advertisement blocker, a test for robots, a log-in or a subscription before the text.
WALL = re.compile(
    r"(?:disable|turn off|pause|whitelist).{0,40}ad[ -]?block|(?:us(?:e|ing)|detected).{0,20}ad[ -]?block|(?:complete|solve).{0,20}(?:captcha|puzzle|security check)|unusual (?:traffic|activity)|(?:confirm|verify|prove).{0,20}(?:you are|you['’]re) (?:a )?(?:human|not a)|(?:confirm|verify|enter) (?:that )?(?:your age|you are (?:over|at least) \d)"
    r"|(?:subscribe|sign up|register|log ?in|sign ?in|create .{0,20}account)\b.{0,60}to (?:continue|keep|read(?!er))|reached (?:your|the) .{0,20}limit|(?:is|are) (?:only available|exclusive|reserved) (?:to|for) (?:our )?(?:subscribers|members)"
    r"|(?:adblocker|werbeblocker)\b.{0,60}(?:deaktivier|ausschalt|aktiv)|(?:anmelden|registrieren|einloggen|abonnieren).{0,60}(?:weiterlesen|weiterzulesen)|(?:nur|exklusiv) für (?:unsere )?abonnent|(?:bestätige|bist du|sind sie|gib).{0,30}(?:\balter\b|\b1[68]\b)|(?:avez-vous|confirme[rz]).{0,30}(?:18 ans|votre âge)|(?:eres|confirma).{0,20}mayor de edad"
    r"|(?:désactive[rz]?).{0,40}bloqueur|bloqueur de publicité|(?:abonnez|connectez|inscrivez)-vous.{0,60}(?:lire|poursuivre|continuer)|réservée?s? (?:à nos|aux) abonnés"
    r"|(?:desactiva|deshabilita)\w*.{0,40}bloqueador|bloqueador de (?:anuncios|anúncios|publicidad\w*)|(?:suscríbe|regístra|inicia sesión)\w*.{0,60}(?:leer|leyendo|continuar)|(?:sólo|solo|exclusivo) para (?:los )?suscriptores"
    r"|(?:disattiva)\w*.{0,40}(?:ad ?block|blocco)|(?:abbonati|registrati|accedi)\b.{0,60}(?:leggere|continuare)|riservat\w (?:agli|ai) abbonati|(?:desativ)\w+.{0,40}(?:ad ?block|bloqueador)|(?:assine|cadastre-se|faça login)\b.{0,60}(?:ler|lendo|continuar)|exclusivo para assinantes"
    r"|(?:schakel|zet)\b.{0,40}ad ?blocker|(?:log in|abonneer|registreer)\b.{0,60}(?:lezen|verder)|(?:alleen|exclusief) voor (?:onze )?abonnees|(?:wyłącz)\w*.{0,40}ad ?block|(?:zaloguj|wykup)\b.{0,60}(?:czyta|dostęp)\w*|tylko dla (?:prenumeratorów|subskrybentów|zalogowanych)"
    r"|(?:logga in|logg inn|log ind|prenumerera|abonner)\b.{0,60}(?:läsa|lese|læse|fortsätt|fortsett)\w*|(?:endast|kun|bare) för? (?:våra )?(?:prenumeranter|abonnenter)|(?:přihlaste|předplaťte)\b.{0,60}(?:číst|čtení|dočíst)\w*"
    r"|(?:отключите|выключите).{0,40}(?:блокировщик|ad ?block)|(?:войдите|оформите подписку|подпишитесь|зарегистрируйтесь).{0,60}(?:чита|прочита|продолж|дочита)\w*|доступ\w* только (?:подписчикам|для подписчиков)|подтвердите.{0,30}(?:не робот|человек)"
    r"|robot olmad|nie (?:jesteś|jest) robotem|no (?:eres|soy|es) un robot|kein roboter|non (?:sei|sia|è) un robot|n['’]êtes pas un robot|geen robot|(?:inte|ikke) (?:är |er )?en robot|não (?:é|sou) um robô|et ole robotti|nejste robot|nem (?:vagy )?robot|nu (?:ești|sunteți) (?:un )?robot|не робот|(?:δεν είστε|δεν είσαι) ρομπότ"
    r"|ロボットでは|로봇이 아닙|لست روبوت|ربات نیستید|(?:אינך|לא) רובוט|रोबोट नहीं|不是(?:机器人|機器人)|không phải (?:là )?(?:robot|rô ?bốt|người máy)|bukan robot"
    r"|(?:checking|verifying) (?:if |that )?(?:your|the) (?:browser|connection|site connection)|(?:überprüf|prüf)\w*.{0,30}(?:ihren|deinen|ihr) browser|vérifi\w+ (?:de )?votre navigateur|(?:comprob|verific)\w+ (?:su|tu|seu|o seu) (?:navegador|conexión)|verific\w+ (?:il tuo|del) browser|controleren (?:uw|je) browser|проверяем ваш браузер"
    r"|you must be (?:at least |over )?(?:18|21)|(?:czy masz|masz) (?:ukończone )?18 lat|(?:hai (?:più di|almeno|compiuto)|sei) (?:18 anni|maggiorenne)|(?:você )?(?:tem|é) (?:mais de 18|maior de (?:18|idade))|(?:ben je|bent u) .{0,16}1[68]\b|(?:är|har|er) du (?:över |fyllt |over |fylt |fyldt )?1[68]\b|oletko (?:yli )?(?:18|täysi-ikäinen)|(?:je|bylo) (?:vám|ti) .{0,12}18|elmúlt(?:ál|ál-e|ál már| már)? .{0,6}18|(?:ai|aveți) (?:peste|împlinit) 18"
    r"|вам (?:уже )?(?:есть|исполнилось|больше) 18|вам (?:вже )?(?:є|виповнилося|більше) 18|18 yaş\w* .{0,8}m[ıiü]s[ıiü]n|(?:είστε|είσαι) (?:άνω των |πάνω από )?18|هل (?:عمرك|تبلغ|يزيد|تجاوز).{0,20}18|آیا .{0,20}(?:18|۱۸) سال|(?:האם )?(?:את|אתה|הינך) .{0,12}18|क्या (?:आप|आपकी).{0,20}18|(?:您|你).{0,6}[满滿].{0,3}18|18歳以上ですか|1[89]세 이상(?:입니까|이신가요)|(?:bạn|anda) .{0,16}18 (?:tuổi|tahun)"
    r"|reklam engelleyici|(?:abone ol|giriş yap|üye ol)\w*.{0,40}(?:oku|devam)\w*|συνδρομητές.{0,30}(?:μόνο|αποκλειστικά)|(?:μόνο|αποκλειστικά) για συνδρομητές|(?:συνδεθείτε|εγγραφείτε).{0,50}(?:διαβά|συνέχ)\w*"
    r"|(?:سجل الدخول|اشترك).{0,40}(?:لقراءة|للقراءة|لمتابعة|لإكمال)|مانع الإعلانات|(?:लॉग ?इन|सब्सक्राइब|साइन इन).{0,40}(?:पढ़|जारी)"
    r"|会員限定|(?:会員登録|ログイン|購読).{0,12}(?:が必要|して(?:続き|ください))|広告ブロック|(?:登录|登錄|订阅|注册).{0,12}(?:继续阅读|阅读全文|查看全文|后(?:查看|阅读))|广告(?:拦截|屏蔽)|(?:完成|进行).{0,8}(?:安全)?验证|人机验证|(?:로그인|구독|회원가입).{0,20}(?:이용|읽|보실)|회원 ?전용|광고 ?차단",
    re.IGNORECASE,
)
#: A search that found nothing.
NO_RESULTS = re.compile(
    r"\bno results?\b.{0,20}(?:for|found)|nothing (?:was )?found for|geen resultaten|keine (?:ergebnisse|treffer)|aucun résultat|(?:sin|no hay|no se (?:han )?encontra(?:ron|do)) resultados|nessun risultato|nenhum resultado|(?:inga|ingen) (?:resultat|träff|treff)"
    r"|brak wyników|žádné výsledky|nincs találat|nu (?:există|s-au găsit) rezultate|sonuç bulunam|ничего не найден|нічого не знайден|δεν βρέθηκαν αποτελέσματα|لا توجد نتائج|कोई (?:परिणाम|नतीजा)|一致する(?:記事|情報)|(?:没有|未)找到.{0,6}(?:结果|内容)|검색 ?결과가 없|không tìm thấy kết quả|tidak ada hasil",
    re.IGNORECASE,
)
#: The whole title of a page whose only purpose is a form: a log-in, a subscription, a newsletter.
FORM_TITLE = re.compile(
    r"(?:(?:our|free|all|email|e-mail|unsere|alle|die|nos|nuestr[oa]s|le nostre|nossas|onze|våra|vores|våre|nasze|naše|bizim|наши) )?(?:newsletters?|nieuwsbrieven|nyhetsbrev|boletines|рассылки|newslettery)|sign up (?:to|for) .{0,40}(?:newsletters?|emails?|alerts)|newsletter (?:sign[ -]?up|anmeldung|abonnieren|bestellen)|(?:e-?paper|gift) subscriptions?|subscribe(?: .{0,30})?|registrierung|kundenkonto|abo(?:s|nnements?)?|abo-?shop|unsere abos|abonnez[- ]vous|nos offres(?: d['’]abonnement)?|infolettres?|lettres? d['’]information|créer un compte|konto (?:anlegen|erstellen)|załóż konto|crea(?:r)?(?: una?| tu)? (?:cuenta|account)|criar conta|account aanmaken|skapa konto|opprett konto|kayıt ol|create (?:an |your )?account|inscription"
    r"|bolet(?:ín|ines)(?: .{0,20})?|suscripciones|suscr[íi]bete(?: .{0,30})?|regístrate|abbonamenti?|abbonati(?: .{0,20})?|registrati|newsletter .{0,20}iscriviti|assine(?: .{0,30})?|assinaturas?|cadastr(?:o|e-se)|nieuwsbrie(?:f|ven)|abonne(?:ren|menten)|word abonnee|nyhetsbrev|nyhedsbreve?|prenumer(?:era|ation)|bli (?:prenumerant|abonnent)|tilaa|uutiskirjeet?|kirjaudu(?: sisään)?"
    r"|prenumerata|zaloguj(?: się)?|logowanie|rejestracja|předplatné|přihlášení|registrace|hírlevél|előfizetés|bejelentkezés|abonamente?|autentificare|abonelik|bülten(?:ler)?|giriş(?: yap)?|üye (?:ol|girişi)|подписка(?: .{0,30})?|рассылк[аи]|вход|войти|регистрация|передплата|вхід|συνδρομ(?:ή|ές)|σύνδεση|εγγραφή"
    r"|اشتراك|النشرة (?:البريدية|الإخبارية)|تسجيل الدخول|התחברות|הרשמה|מינוי|सदस्यता|न्यूज़लेटर|लॉग ?इन|đăng nhập|masuk|berlangganan|ログイン|会員登録|購読(?:案内|のご案内|申し込み)?|メルマガ(?:登録|一覧)?|登录|登入|注册|订阅|安全验证|人机验证|로그인|회원가입|구독(?: 신청|하기)?|뉴스레터(?: 구독)?",
    re.IGNORECASE,
)
#: The whole title or heading of a list: results of a search, a category, a tag, an author.
LIST_TITLE = re.compile(
    r"(?:(?:search )?results? (?:for|of)|you searched for|search results|(?:posts?|articles?|stories|news) (?:by|tagged|about)|all (?:posts|articles|stories))\b.*|search|(?:category|tags?|topics?|author|archives?)\s*:.*|.{1,40} archives?|archives? (?:for|of) .*"
    r"|such(?:ergebniss?e?|resultate)\b.*|suche(?: nach .*)?|(?:kategorie|schlagw[oö]rt(?:er)?|thema|autor(?:in)?|rubrik|archiv)\s*:.*|.{1,30}[- ]archive?|alle (?:artikel|beiträge|meldungen) (?:von|zu)\b.*"
    r"|résultats? (?:de|pour)\b.*|(?:vous avez cherché|recherche)\b.*|(?:catégorie|étiquette|mot-clé|auteur|rubrique|thème|archives?)\s*:.*|archives? (?:des?|du)\b.*"
    r"|resultados? (?:de|da|para)\b.*|(?:has buscado|buscar|búsqueda|você (?:buscou|pesquisou)|busca|pesquisa)\b.*|(?:categor[íi]a|etiqueta|autora?|sección|editoria|marcador|archivos?)\s*:.*|.{1,40} archivos"
    r"|risultati (?:di|della|per)\b.*|hai cercato\b.*|(?:categoria|autore|archivio)\s*:.*|archivi .*|zoekresultaten\b.*|(?:categorie|auteur|onderwerp|archief)\s*:.*|.{1,40} archie(?:f|ven)"
    r"|s[öø](?:k|ge)resultat(?:er|en)?\b.*|(?:kategori|etikett|författare|forfatter|arkiv)\s*:.*|.{1,40} arkiv|(?:haku|etsi)tulokset.*|wyniki wyszukiwania\b.*|(?:kategoria|autor|archiwum)\s*:.*|.{1,40} archiwa|výsledky (?:vyhledávání|hledání)\b.*|(?:rubrika|štítek|archiv)\s*:.*"
    r"|keresési (?:eredmény|találat)\w*.*|(?:kategória|címke|szerző)\s*:.*|rezultatele? .{0,20}căut\w+.*|arama sonuçları.*|.{1,40} arşivleri|(?:etiket|yazar)\s*:.*|результат[иы] (?:поиска|пошуку)\b.*|поиск(?: по .*)?|(?:рубрика|метка|тег|автор|архив)\s*:.*|архивы? .*"
    r"|αποτελέσματα αναζήτησης.*|(?:κατηγορία|ετικέτα|συντάκτης)\s*:.*|نتائج البحث.*|(?:ال)?(?:وسم|تصنيف|كاتب)\s*:.*|نتایج جستجو.*|תוצאות חיפוש.*|.*検索結果.*|.*記事一覧.*|(?:カテゴリー|タグ|投稿者)\s*[:：].*|.*搜索结果.*|(?:搜索|标签|分类|作者)\s*[:：].*|.*검색 ?결과.*|(?:카테고리|태그)\s*[:：].*"
    r"|kết quả tìm kiếm.*|(?:chuyên mục|thẻ)\s*:.*|hasil (?:pencarian|penelusuran)\b.*|(?:खोज|सर्च) (?:परिणाम|के नतीजे).*",
    re.IGNORECASE,
)
#: All that a page shows until its scripts have run.
LOADING = re.compile(
    r"\W*(?:loading|please wait|wird geladen|lädt|bitte warten|chargement(?: en cours)?|cargando|caricamento(?: in corso)?|carregando|laden|ładowanie|wczytywanie"
    r"|laddar|laster|indlæser|ladataan|загрузка|yükleniyor|načítání|読み込み中(?:です)?|読み込んでいます"
    r"|加载中|載入中|로딩 ?중|불러오는 ?중|लोड हो रहा है|جار[يٍ]? التحميل|φόρτωση|φορτώνει|טוען|đang tải|memuat|betöltés|se încarcă|завантаження|nalaganje)(?: (?:content|page|article|the|contenido|la|página|du|contenu|contenuti|conteúdo|treści|контент\w*|inhalte?|der|seite|innehåll|indhold|innhold|sidan|inhoud)){0,3}\W*",
    re.IGNORECASE,
)
#: Parts of the addresses of lists, in the languages of the rule tables.
LIST_ADDRESS = frozenset(
    [
        "tag",
        "tags",
        "topic",
        "topics",
        "category",
        "categories",
        "section",
        "sections",
        "hub",
        "search",
        "archive",
        "archives",
        "collection",
        "collections",
        "shop",
        "store",
        "product",
        "products",
        "browse",
        "catalog",
        "catalogue",
        "c",
        "cat",
        "author",
        "authors",
        "label",
        "theme",
        "themes",
        "list",
        "lists",
        "listing",
        "listings",
        "market",
        "trending",
        "rubrik",
        "thema",
        "themen",
        "tema",
        "temas",
        "kategorie",
        "kategorien",
        "categoria",
        "categorias",
        "categorie",
        "etiqueta",
        "etiquetas",
        "sujet",
        "sujets",
        "dossier",
        "dossiers",
        "sezione",
        "schlagwort",
        "suche",
        "buscar",
        "recherche",
        "cerca",
        "zoeken",
        "autor",
        "autores",
        "autori",
        "autore",
        "auteur",
        "auteurs",
        "redakteur",
        "ricerca",
        "sok",
        "szukaj",
        "hledani",
        "arama",
        "poisk",
        "kategori",
        "kategoria",
        "kategorija",
        "rubrique",
        "rubrica",
        "rubrika",
        "sezioni",
        "seccion",
        "secciones",
        "editoria",
        "topico",
        "topicos",
        "etiket",
        "tagi",
        "tagy",
        "stitky",
        "avtor",
        "keyword",
        "keywords",
        "subjects",
        "buscador",
        "pesquisa",
        "busca",
        "dept",
        "department",
        "departments",
    ]
)
