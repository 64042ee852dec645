"""Invented pages of many frameworks and languages.

They are lists of other pages, shells and walls, and articles that look like one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Teaser = tuple[str, str]

ENGLISH: tuple[Teaser, ...] = (
    ("Harbour wall gives way after storm", "Engineers will look at the damage on Friday, the council said."),
    ("Ferry timetable changes from Sunday", "Two early crossings are dropped, and one late crossing is added."),
    ("School roof repaired before winter", "Pupils return to their own rooms after nine months in containers."),
    ("Choir wins the regional prize", "Forty singers from the valley beat the favourites from the coast."),
    ("Two bridges close for repairs", "Drivers should expect delays until the middle of next month."),
    ("Farmers ask for more rain", "The third dry spring in a row leaves the wells half empty."),
    ("New library opens its doors", "The reading room has eighty seats and a view of the river."),
    ("Museum finds a lost painting", "It hung in a caretaker's kitchen for thirty years."),
    ("Old mill becomes a hotel", "The owners keep the wheel, which will light the dining room."),
)  # fmt: skip
GERMAN: tuple[Teaser, ...] = (
    ("Hafenmauer nach Sturm eingestürzt", "Am Freitag wollen Fachleute den Schaden begutachten."),
    ("Fähre fährt ab Sonntag anders", "Zwei frühe Fahrten entfallen, eine späte kommt hinzu."),
    ("Schuldach vor dem Winter fertig", "Die Klassen ziehen nach neun Monaten aus den Containern aus."),
    ("Chor gewinnt den Landespreis", "Vierzig Stimmen aus dem Tal schlagen die Favoriten von der Küste."),
    ("Zwei Brücken werden gesperrt", "Autofahrer müssen bis Mitte des Monats mit Staus rechnen."),
    ("Bauern hoffen auf Regen", "Nach dem dritten trockenen Frühling sind die Brunnen halb leer."),
    ("Neue Bücherei eröffnet", "Der Lesesaal hat achtzig Plätze und einen Blick auf den Fluss."),
    ("Museum findet verlorenes Bild", "Es hing dreißig Jahre in der Küche eines Hausmeisters."),
)  # fmt: skip
FRENCH: tuple[Teaser, ...] = (
    ("Le mur du port cède après la tempête", "Des ingénieurs examineront les dégâts vendredi."),
    ("De nouveaux horaires pour le bac", "Deux traversées du matin disparaissent, une du soir est ajoutée."),
    ("Le toit de l'école réparé avant l'hiver", "Les élèves quittent les préfabriqués après neuf mois."),
    ("La chorale remporte le prix régional", "Quarante voix de la vallée battent les favoris de la côte."),
    ("Deux ponts fermés pour travaux", "Les automobilistes doivent s'attendre à des retards."),
    ("Les paysans attendent la pluie", "Les puits sont à moitié vides après un troisième printemps sec."),
    ("La nouvelle bibliothèque ouvre", "La salle de lecture compte quatre-vingts places."),
    ("Un tableau perdu retrouvé au musée", "Il était accroché dans la cuisine d'un gardien."),
)  # fmt: skip
SPANISH: tuple[Teaser, ...] = (
    ("El muro del puerto cede tras el temporal", "Los ingenieros revisarán los daños el viernes."),
    ("Cambian los horarios del ferry", "Se eliminan dos salidas tempranas y se añade una tardía."),
    ("La escuela estrena tejado", "Los alumnos vuelven a sus aulas después de nueve meses."),
    ("El coro gana el premio regional", "Cuarenta voces del valle vencen a los favoritos de la costa."),
    ("Dos puentes cierran por obras", "Habrá retrasos hasta mediados del próximo mes."),
    ("El campo pide lluvia", "La tercera primavera seca deja los pozos a media altura."),
    ("Abre la nueva biblioteca", "La sala tiene ochenta asientos y vistas al río."),
    ("Hallan un cuadro perdido", "Estuvo treinta años en la cocina de un conserje."),
)  # fmt: skip
RUSSIAN: tuple[Teaser, ...] = (
    ("Стена порта рухнула после шторма", "Инженеры осмотрят повреждения в пятницу."),
    ("Паром пойдёт по новому расписанию", "Два утренних рейса отменяют, один вечерний добавляют."),
    ("Крышу школы починили до зимы", "Ученики возвращаются в свои классы через девять месяцев."),
    ("Хор получил областную премию", "Сорок певцов из долины обошли фаворитов с побережья."),
    ("Два моста закрывают на ремонт", "Водителей просят учитывать задержки до середины месяца."),
    ("Фермеры ждут дождя", "После третьей сухой весны колодцы полупусты."),
    ("Открылась новая библиотека", "В читальном зале восемьдесят мест и вид на реку."),
    ("Музей нашёл пропавшую картину", "Тридцать лет она висела на кухне сторожа."),
)  # fmt: skip
CHINESE: tuple[Teaser, ...] = (
    ("港口围墙在暴风雨后倒塌", "工程师将于周五检查损坏情况。"),
    ("渡轮周日起更改时刻表", "取消两班早班,增加一班晚班。"),
    ("学校屋顶冬季前修好", "学生在九个月后回到自己的教室。"),
    ("合唱团获得地区奖", "来自山谷的四十名歌手击败了热门队伍。"),
    ("两座桥梁封闭维修", "司机在下月中旬前可能遇到延误。"),
    ("农民盼望下雨", "连续第三个干旱的春天让水井半空。"),
    ("新图书馆开放", "阅览室有八十个座位,可以看到河景。"),
    ("博物馆找到失踪的画", "它在看门人的厨房里挂了三十年。"),
)  # fmt: skip


def frame(
    main: str, *, title: str, language: str = "en", menu: Sequence[str] = (), head: str = ""
) -> str:
    """Return a page with a menu and a footer around `main`."""
    names = menu or ("News", "Sport", "Business", "Culture", "Weather", "Video")
    links = "".join(f'<li><a href="/s/{k}">{name}</a></li>' for k, name in enumerate(names))
    return (
        f'<!doctype html><html lang="{language}"><head><title>{title}</title>{head}</head><body>'
        f'<header><a href="/">{title.rpartition("|")[2].strip()}</a><nav><ul>{links}</ul></nav></header>'
        f'{main}<footer><a href="/about">About</a> <a href="/privacy">Privacy</a> <p>© 2026</p></footer></body></html>'
    )


def _wordpress(teasers: Sequence[Teaser]) -> str:
    return '<div id="content" class="site-content"><main class="site-main">' + "".join(
        f'<article class="post type-post hentry"><header class="entry-header"><h2 class="entry-title">'
        f'<a href="/2026/03/{k}/" rel="bookmark">{title}</a></h2><div class="entry-meta"><time>{k + 1}. 3. 2026</time></div>'
        f'</header><div class="entry-summary"><p>{said} […]</p></div></article>'
        for k, (title, said) in enumerate(teasers)
    ) + '<nav class="pagination"><a href="/page/2">2</a><a href="/page/3">3</a></nav></main></div>'  # fmt: skip


def _utilities(teasers: Sequence[Teaser]) -> str:
    return '<main class="mx-auto max-w-7xl px-4"><div class="grid grid-cols-3 gap-6">' + "".join(
        f'<a class="group flex flex-col" href="/a/{k}"><img src="/{k}.webp" alt=""><span class="text-xs uppercase">Local</span>'
        f'<h3 class="text-lg font-semibold">{title}</h3><p class="text-gray-600 line-clamp-3">{said}</p></a>'
        for k, (title, said) in enumerate(teasers)
    ) + "</div></main>"  # fmt: skip


def _table(teasers: Sequence[Teaser]) -> str:
    return '<table width="760"><tr><td valign="top">' + "".join(
        f'<table><tr><td><img src="/{k}.gif"></td><td><b><a href="/n{k}.html">{title}</a></b><br>{said}</td></tr></table>'
        for k, (title, said) in enumerate(teasers)
    ) + "</td></tr></table>"  # fmt: skip


def _bootstrap(teasers: Sequence[Teaser]) -> str:
    return '<div class="container"><div class="row">' + "".join(
        f'<div class="col-md-4"><div class="card"><img class="card-img-top" src="/{k}.jpg"><div class="card-body">'
        f'<h5 class="card-title"><a href="/artikel/{k}">{title}</a></h5><p class="card-text">{said}</p></div></div></div>'
        for k, (title, said) in enumerate(teasers)
    ) + "</div></div>"  # fmt: skip


def _plain_list(teasers: Sequence[Teaser]) -> str:
    return '<div class="list"><ul>' + "".join(
        f'<li><span class="d">2026-03-{k + 10}</span> <a href="/c/{k}.html">{title}</a></li>'
        for k, (title, _) in enumerate(teasers * 3)
    ) + "</ul></div>"  # fmt: skip


def _zones(teasers: Sequence[Teaser]) -> str:
    """Return a front page of several zones, as large sites have.

    It has a lead story, three zones of cards, and a list of the most read articles.
    """
    title, said = teasers[0]
    zones = "".join(
        f'<section class="zone"><h2>{name}</h2>'
        + "".join(f'<div class="story"><h3><a href="/{name}/{k}">{t}</a></h3><p>{s}</p></div>' for k, (t, s) in enumerate(teasers[1:6]))
        + "</section>"
        for name in ("A", "B", "C")
    )  # fmt: skip
    most = "".join(f'<li><a href="/m/{k}">{t}</a></li>' for k, (t, _) in enumerate(teasers))
    return f'<div class="lead-story"><h2><a href="/lead">{title}</a></h2><p>{said} {said}</p></div>{zones}<ol>{most}</ol>'


Layout = Callable[[Sequence[Teaser]], str]
#: Name, layout, teasers, language, heading, title, path.
Front = tuple[str, Layout, tuple[Teaser, ...], str, str, str, str]

FRONTS: tuple[Front, ...] = (
    ("WordPress archive", _wordpress, GERMAN, "de", "Kategorie: Region", "Region | Hafenbote", "/category/region/"),
    ("WordPress home", _wordpress, ENGLISH, "en", "", "Harbour Post", "/"),
    ("utility classes", _utilities, ENGLISH, "en", "Local news", "Local news | Harbour Post", "/local"),
    ("utility classes, French", _utilities, FRENCH, "fr", "Économie", "Économie | Le Quai", "/economie/"),
    ("layout table", _table, SPANISH, "es", "Región", "Región | El Muelle", "/region.html"),
    ("Bootstrap cards", _bootstrap, FRENCH, "fr", "Tempête", "Tempête : toute l'actualité | Le Quai", "/tag/tempete"),
    ("Bootstrap cards, Russian", _bootstrap, RUSSIAN, "ru", "Общество", "Общество | Причал", "/obshchestvo/"),
    ("headline list", _plain_list, CHINESE, "zh", "社会", "社会 | 港口新闻", "/shehui/"),
    ("headline list, German", _plain_list, GERMAN, "de", "Archiv März 2026", "Archiv | Hafenbote", "/archiv/2026/03"),
    ("zones", _zones, ENGLISH, "en", "", "Harbour Post: news of the coast", "/"),
    ("zones, Spanish", _zones, SPANISH, "es", "", "El Muelle - Noticias de la costa", "/"),
    ("search", _bootstrap, ENGLISH, "en", "9 results for “storm”", "Search: storm | Harbour Post", "/?s=storm"),
    ("search, German", _wordpress, GERMAN, "de", "Suchergebnisse für: Sturm", "Suche | Hafenbote", "/suche?q=sturm"),
    ("author's page", _utilities, ENGLISH, "en", "Ann Sand", "Ann Sand, reporter | Harbour Post", "/authors/ann-sand"),
)  # fmt: skip


def front(
    layout: Layout, teasers: tuple[Teaser, ...], language: str, heading: str, title: str
) -> str:
    """Return a section front, tag page or search page in one of the layouts."""
    head = '<meta property="og:type" content="website">'
    main = (f"<h1>{heading}</h1>" if heading else "") + layout(teasers)
    return frame(main, title=title, language=language, head=head)


_APP = '<script>window.__boot={"a":1}</script><script src="/static/app.9f3.js"></script>'
#: Pages without text: name, title, main, head.
EMPTY: tuple[tuple[str, str, str, str], ...] = (
    ("React shell", "Harbour Post", '<div id="root"></div><noscript>You need JavaScript.</noscript>' + _APP, ""),
    ("Angular shell", "Hafenbote", "<app-root>Wird geladen …</app-root>" + _APP, ""),
    ("Nuxt shell", "Le Quai", '<div id="__nuxt"><div class="loader">Chargement…</div></div>' + _APP, ""),
    ("shell of an article", "Harbour wall gives way | Harbour Post", '<div id="app"></div>' + _APP,
     '<meta property="og:type" content="article"><meta property="og:title" content="Harbour wall gives way">'),
    ("404, German", "404 – Seite nicht gefunden | Hafenbote", "<h1>Hoppla!</h1><p>Diese Seite gibt es nicht mehr.</p>", ""),
    ("404, French", "Page introuvable - Le Quai", "<h1>Erreur 404</h1><p>La page demandée n'existe plus.</p>", ""),
    ("404, Spanish", "Página no encontrada | El Muelle", "<h1>Vaya…</h1><p>La página que buscas no existe.</p>", ""),
    ("404, Italian", "Errore 404 - Il Molo", "<h1>Pagina non trovata</h1><p>Torna alla home.</p>", ""),
    ("404, Japanese", "ページが見つかりません | 港新聞", "<h1>お探しのページは見つかりませんでした</h1><p>削除されたか、URLが変更された可能性があります。</p>", ""),
    ("404, Greek", "Η σελίδα δεν βρέθηκε | Λιμάνι", "<h1>Σφάλμα</h1><p>Η σελίδα που ζητήσατε δεν βρέθηκε.</p>", ""),
    ("404, Arabic", "الصفحة غير موجودة | الميناء", "<h1>عذرا</h1><p>الصفحة التي تبحث عنها غير موجودة.</p>", ""),
    ("removed, German", "Artikel nicht mehr verfügbar | Hafenbote", "<h1>Dieser Artikel ist nicht mehr verfügbar</h1><p>Bitte nutzen Sie die Suche.</p>", ""),
    ("maintenance", "We will be back soon", "<h1>Scheduled maintenance</h1><p>Our site will return within the hour.</p>", ""),
    ("age check", "Age verification | Harbour Post", "<h1>Age check</h1><p>You must be 18 or older to see this page.</p>", ""),
    ("blocker, French", "Bloqueur de publicité détecté | Le Quai", "<h1>Vous utilisez un bloqueur de publicité</h1><p>Pour lire cet article, désactivez-le.</p>", ""),
    ("consent, Dutch", "De Kade", "<h1>Onze lezers kiezen</h1><p>Wij en onze 812 partners slaan informatie op een apparaat op en verwerken "
     "gegevens.</p><p>U kunt uw toestemming op elk moment intrekken.</p><button>Akkoord</button>", ""),
    ("shell, Hindi", "बंदरगाह", '<div id="root">लोड हो रहा है...</div>' + _APP, ""),
    ("410", "410 Gone", "<h1>Gone</h1><p>The requested resource is no longer here.</p>", ""),
    ("server error", "502 Bad Gateway", "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>", ""),
    ("robot check", "Just a moment...", "<h1>Checking if the site connection is secure</h1><p>Please wait.</p>", ""),
    ("robot check in other words", "Let us know you're not a robot", "<h1>Hold the button</h1><p>Thank you.</p>", ""),
    ("not found in other words", "Whoops, we couldn't find that.", "<p>We cannot complete your request.</p>", ""),
    ("log-in", "Anmelden | Hafenbote", "<h1>Anmelden</h1><form><label>E-Mail</label><input><label>Kennwort</label>"
     "<input><button>Weiter</button></form><p>Noch kein Konto? Jetzt registrieren.</p>", ""),
    ("log-in, French", "Connexion | Le Quai", "<h1>Connexion</h1><form><input><input></form><p>Mot de passe oublié ?</p>", ""),
    ("consent, German", "Zustimmung erforderlich | Hafenbote", "<h1>Weiter mit Werbung lesen</h1><p>Wir und unsere Partner "
     "verwenden Cookies, um Daten auf Ihrem Gerät zu speichern und abzurufen.</p><p>Ihre Einwilligung können Sie jederzeit "
     "widerrufen.</p><button>Alle akzeptieren</button>", ""),
    ("consent, French", "Le Quai", "<h2>Votre vie privée</h2><p>Nos partenaires et nous stockons des informations sur votre "
     "appareil.</p><p>Nous utilisons des cookies.</p><button>Tout accepter</button>"
     "<button>Continuer sans accepter</button>", ""),
    ("gallery with credits", "Fotos del temporal | El Muelle", "<h1>Fotos del temporal</h1>" + "".join(
        f'<figure><img src="/{k}.jpg"><figcaption>Foto: Bruno Cela</figcaption></figure>' for k in range(9)), ""),
    ("gallery", "Pictures of the storm | Harbour Post", "<h1>Pictures of the storm</h1>" + "".join(
        f'<figure><img src="/{k}.jpg"><figcaption>{k} / 24</figcaption></figure>' for k in range(1, 25)), ""),
    ("scores", "Hockey: results | Harbour Post", "<h1>Results</h1><table>" + "".join(
        f"<tr><td>1{k}:30</td><td>Team {k}</td><td>{k}–{k + 1}</td><td>Team {k + 9}</td></tr>" for k in range(8)) + "</table>"
     "<p>Figures are late by 15 minutes.</p>", ""),
    ("forecast, Japanese", "港の天気 | 港新聞", "<h1>港の天気</h1><ul>" + "".join(
        f"<li>{12 + k}日 晴れ時々くもり {14 - k}℃ / {6 - k}℃ 降水確率{k}0%</li>" for k in range(6)) + "</ul>", ""),
    ("rates, Turkish", "Döviz kurları | Liman", "<h1>Döviz Kurları</h1><table>" + "".join(
        f"<tr><td>{name}</td><td>{38 + k},12</td><td>{38 + k},54</td></tr>"
        for k, name in enumerate(("Dolar", "Euro", "Sterlin", "Frank", "Altın", "Gümüş"))) + "</table>", ""),
    ("programme, Polish", "Program TV | Port", "".join(
        f"<h2>Kanał {k}</h2><ul><li>18:00 Wiadomości</li><li>18:35 Serial, odc. 20{k}</li><li>20:15 Film</li></ul>" for k in range(5)), ""),
    ("newsstand, Spanish", "Las portadas de hoy | El Muelle", "<h1>Las portadas de hoy</h1>" + "".join(
        f'<figure><a href="/p/{k}"><img src="/{k}.jpg"></a><figcaption>Diario {name}</figcaption></figure>'
        for k, name in enumerate(("Alto", "del Sur", "Norte", "Libre", "Nuevo", "Vivo"))), ""),
    ("latest, Russian", "Лента | Причал", "<h1>Лента</h1><ul>" + "".join(
        f'<li><span>1{k}:05</span><a href="/n/{k}">{t}</a></li>' for k, (t, _) in enumerate(RUSSIAN)) + "</ul>", ""),
    ("video without text, Hindi", "वीडियो: नया पुल", "<h1>वीडियो: नया पुल</h1><video></video><h2>और वीडियो</h2>" + "".join(
        f'<div><a href="/v/{k}"><img src="/{k}.jpg"><p>नया पुल {k} मई में खुलेगा</p></a></div>' for k in range(6)), ""),
    ("newsletters, German", "Unsere Newsletter | Hafenbote", "<h1>Unsere Newsletter</h1><h3>Morgenpost</h3>"
     "<p>Das Wichtigste zum Frühstück.</p><h3>Anpfiff</h3><p>Alles über den Sport.</p><button>Abonnieren</button>", ""),
    ("subscription, French", "Abonnez-vous | Le Quai", "<h1>Choisissez votre offre</h1><h2>Essentiel</h2><p>7 euros par mois</p>"
     "<h2>Intégral</h2><p>12 euros par mois, sans engagement</p>", ""),
    ("error without a title, Swedish", "Kajen", "<h2>Hoppsan!</h2><p>Sidan du letar efter finns inte längre.</p>", ""),
    ("error without a title, Korean", "항구일보", "<div>요청하신 기사는 삭제되었거나 존재하지 않습니다.</div>", ""),
    ("error among teasers, Russian", "Причал", "<h1>Такой страницы нет</h1><p>Возможно, ссылка устарела.</p>" + _bootstrap(RUSSIAN[:4]), ""),
    ("blocker, Spanish", "El muro cede | El Muelle", "<h2>Parece que usas un bloqueador de anuncios</h2>"
     "<p>Este diario vive de la publicidad.</p><ol><li>Elige «No bloquear».</li><li>Recarga la página.</li></ol>", ""),
    ("robot check, Chinese", "港口新闻", "<p>为了保护您的访问安全，请完成下方验证后继续访问。</p><p>向右滑动完成拼图</p>", ""),
    ("members only, Japanese", "港新聞", "<h1>この記事は会員限定です</h1><p>続きをお読みいただくには、ログインが必要です。</p>", ""),
    ("search without results, Dutch", "Zoeken | De Kade", "<h1>Geen resultaten voor “storm”</h1><p>Probeer een andere zoekterm.</p>", ""),
    ("robot check, Turkish", "Liman", "<h1>Robot olmadığınızı doğrulayın</h1><p>Devam etmek için kutuyu işaretleyin.</p>", ""),
    ("members only, Czech", "Přístav", "<h2>Článek je jen pro předplatitele</h2><p>Předplaťte si Přístav a čtěte bez omezení.</p>", ""),
    ("account, Polish", "Załóż konto | Port", "<h1>Załóż konto</h1><form><input><input></form><p>Masz już konto? Zaloguj się.</p>", ""),
    ("age question, Polish", "Port", "<h1>Czy masz ukończone 18 lat?</h1><p>Strona jest tylko dla osób pełnoletnich.</p><button>Tak</button>", ""),
    ("age question, Russian", "Причал", "<h2>Вам уже есть 18 лет?</h2><p>Материалы сайта предназначены для взрослых.</p>", ""),
    ("robot check, Spanish", "El Muelle", "<h1>Un momento</h1><p>Comprobamos que usted no es un robot. Recargue la página.</p>", ""),
    ("cookies, Dutch", "Privacy-instellingen | De Kade", "<h1>Mogen wij cookies plaatsen?</h1><p>U kunt uw keuze altijd wijzigen.</p>", ""),
    ("cookies, Turkish", "Çerez tercihleri | Liman", "<h1>Çerez tercihleri</h1><p>Tercihlerinizi dilediğiniz zaman değiştirebilirsiniz.</p>", ""),
    ("too many requests", "Too many requests", "<h1>Too many requests</h1><p>Please wait a minute and try again.</p>", ""),
    ("old browser, German", "Hafenbote", "<h1>Ihr Browser wird nicht unterstützt</h1><p>Bitte nutzen Sie einen neueren.</p>", ""),
    ("address to confirm, French", "Confirmez votre adresse | Le Quai", "<h1>Confirmez votre adresse</h1><p>Nous vous avons envoyé un message.</p>", ""),
    ("registration wall", "Harbour wall gives way | Harbour Post", "<h2>Create a free account to continue reading</h2>"
     "<p>It takes less than a minute and keeps us afloat.</p><form><input></form>", ""),
)  # fmt: skip

_LONG = (
    "The council met on Tuesday evening and heard for two hours from people who live beside the harbour. "
    "Nobody was hurt when the wall gave way, the fire brigade said, and the road stays closed."
)
_LONG_GERMAN = (
    "Der Rat tagte am Dienstagabend und hörte zwei Stunden lang Menschen an, die am Hafen wohnen. "
    "Verletzt wurde niemand, als die Mauer einstürzte, teilte die Feuerwehr mit, und die Straße bleibt gesperrt."
)
_MORE = "<aside><h2>More</h2><ul>" + "".join(f'<li><a href="/{k}">{t}</a></li>' for k, (t, _) in enumerate(ENGLISH)) + "</ul></aside>"  # fmt: skip

#: Articles that look like lists: name, title, main, address.
_VERSES = (
    "Six hours out, six hours in,<br>the harbour counts its rusted chains,<br>a gull walks down the slip again<br>as if it owned the rain.",
    "My father wrote the heights in chalk<br>beside the door, beside the clock,<br>and never once believed the moon<br>would keep her word past June.",
    "Now every number in the book<br>is right before the water looks,<br>and nobody goes down to see<br>what is left by the sea.",
)  # fmt: skip
ARTICLES: tuple[tuple[str, str, str, str], ...] = (
    ("poem", "The tide table", "<article><h1>The tide table</h1><p>A poem by Ines Morgan</p>" + "".join(f"<p>{verse}</p>" for verse in _VERSES) + "</article><section>" + "".join(f'<div class="card"><a href="/s/{k}"><img src="/i/{k}.jpg" alt=""><h3>{t}</h3></a><p>{s}</p></div>' for k, (t, s) in enumerate(ENGLISH)) + "</section>", "/culture/48213"),
    ("brief", "Ferry late", "<main><h1>Ferry late</h1><p>The ferry left an hour late on Monday because of fog, the operator "
     f"said.</p></main>{_MORE}", "/2026/03/10/ferry-late-because-of-fog"),
    ("brief, Chinese", "渡轮因雾晚点", "<main><h1>渡轮因雾晚点</h1><p>本报讯,周一因大雾,开往群岛的渡轮晚点一小时,运营方表示,"
     "下午航班已恢复正常,没有乘客受影响。</p></main>", "/2026-03/10/c_48213.html"),
    ("brief among teasers", "Schule bekommt ihr neues Dach vor dem Winter", f"<main><h1>Schule bekommt ihr neues Dach vor dem Winter</h1><p>{_LONG_GERMAN}</p></main>"
     f"<section><h2>Mehr zum Thema</h2>{_bootstrap(GERMAN)}</section>", "/lokales/schule-bekommt-neues-dach-48213.html"),
    ("live blog", "Storm: live", "<main><h1>Storm: what we know so far</h1>" + "".join(
        f'<article class="entry"><time>1{k % 10}:0{k % 6}</time><h3>{t}</h3><p>{s} {_LONG}</p></article>'
        for k, (t, s) in enumerate(ENGLISH)) + "</main>", "/live/2026/mar/10/storm-on-the-coast-live-updates"),
    ("short live blog", "Storm in the fjord", "<main><h1>Storm in the fjord: follow it live</h1>" + "".join(
        f'<div class="lb-entry" id="e{k}"><time>1{k}:00</time><h3>{t}</h3><p>{s}</p></div>' for k, (t, s) in enumerate(ENGLISH[:5]))
     + "</main>", "/live/2026/mar/10/storm-in-the-fjord"),
    ("ticker, German", "Sturm im Liveticker", "<main><h1>Sturm an der Küste: der Liveticker</h1>" + "".join(
        f'<div class="tick"><span>1{k}:30 Uhr</span><h4>{t}</h4><p>{s} {_LONG_GERMAN}</p></div>'
        for k, (t, s) in enumerate(GERMAN)) + "</main>", "/regional/sturm-an-der-kueste-der-liveticker-112233.html"),
    ("photo essay", "The wall in pictures", "<main><h1>The wall in pictures</h1><p>" + _LONG + "</p>" + "".join(
        f'<figure><img src="/{k}.jpg"><figcaption>{t}. {s} Photograph taken on Tuesday by a reader.</figcaption></figure>'
        f"<p>{s} {_LONG}</p>" for k, (t, s) in enumerate(ENGLISH)) + "</main>", "/2026/mar/10/the-harbour-wall-in-pictures"),
    ("list article", "Nine walks on the coast", "<main><h1>Nine walks on the coast</h1><p>" + _LONG + "</p>" + "".join(
        f"<h2>{k}. {t}</h2><p>{s} {_LONG}</p>" for k, (t, s) in enumerate(ENGLISH, 1)) + "</main>",
     "/travel/nine-walks-on-the-coast"),
    ("list article with prices", "Best lamps", "<main><h1>The best lamps of the year</h1><p>" + _LONG + "</p>" + "".join(
        f'<div class="product"><h2>{t}</h2><p>{s} It lasted for nine hours in our test, and the switch is easy to find in '
        f'the dark.</p><p>$ {20 + k}.00</p><a href="/buy/{k}">Buy</a></div>' for k, (t, s) in enumerate(ENGLISH)) + "</main>",
     "/reviews/the-best-lamps-of-the-year"),
    ("morning digest", "Five things to know", "<main><h1>Five things to know this morning</h1>" + "".join(
        f'<h3>{t}</h3><p>{s} {_LONG} <a href="/{k}">Read the story</a></p>' for k, (t, s) in enumerate(ENGLISH[:5])) + "</main>",
     "/2026/03/10/five-things-to-know-this-morning"),
    ("questions and answers", "Fragen und Antworten", "<main><h1>Fragen und Antworten zur Hafenmauer</h1>" + "".join(
        f"<h2>{t}?</h2><p>{s} {_LONG_GERMAN}</p>" for t, s in GERMAN) + "</main>", "/wissen/fragen-und-antworten-zur-hafenmauer"),
    ("obituary", "Ann Sand, 1931-2026", "<main><h1>Ann Sand, 1931-2026</h1><p>Ann Sand, who led the choir for forty years, died on "
     f"Sunday at her home. She was 94.</p><p>A service is on Friday at two.</p></main>{_MORE}", "/obituaries/ann-sand-1931-2026"),
    ("brief among cards", "Письма из архива", "<main><h1>Письма из архива</h1><p>В архиве города нашли письма строителя моста, их покажут "
     f"на выставке в декабре.</p></main><section>{_bootstrap(RUSSIAN)}</section>", "/kultura/pisma-iz-arkhiva"),
    ("match report", "Hafen schlägt Tal 2:1", "<main><h1>Hafen schlägt Tal 2:1</h1><p>Hafen hat gegen Tal mit 2:1 (1:1) gewonnen, die Tore "
     "schossen Sand (12.) und Li (88.).</p><table>" + "".join(f"<tr><td>{k}.</td><td>Team {k}</td><td>{40 - k}</td></tr>" for k in range(9))
     + "</table></main>", "/sport/hafen-schlaegt-tal"),
    ("rates in a report", "Dollar edges up", "<main><h1>Dollar edges up</h1><p>The dollar rose on Monday by a third of a cent.</p><table>"
     + "".join(f"<tr><td>Currency {k}</td><td>{k}.1{k}</td><td>+0.{k}%</td></tr>" for k in range(9)) + "</table></main>", "/markets/dollar-edges-up"),
    ("report about a page", "Pothole page vanishes", "<main><h1>Pothole page vanishes</h1><p>The page on which people report potholes could not "
     f"be found for three days, the council said on Monday.</p></main>{_MORE}", "/local/pothole-page-vanishes"),
    ("report about a newsletter", "Town stops its newsletter", "<main><h1>Town stops its newsletter</h1><p>The town will no longer print its "
     f"newsletter, the mayor said. Readers can sign up for a digital one from May.</p></main>{_MORE}", "/local/town-stops-its-newsletter"),
    ("law without an article", "La loi perd un article", "<main><h1>La loi perd un article</h1><p>L'article 3 de la loi a été supprimé mardi soir par "
     f"les députés.</p></main>{_MORE}", "/politique/la-loi-perd-un-article"),
    ("search in the sea", "Sin rastro del pescador", "<main><h1>Sin rastro del pescador</h1><p>La búsqueda del pescador terminó sin resultados este "
     f"martes, informó la guardia.</p></main>{_MORE}", "/sucesos/sin-rastro-del-pescador"),
    ("results", "Results of the cup", "<main><h1>Results of the cup</h1><p>" + _LONG + "</p><table>" + "".join(
        f"<tr><td>Team {k}</td><td>{k}:{k + 1}</td></tr>" for k in range(12)) + "</table><p>" + _LONG + "</p></main>",
     "/sport/results-of-the-cup-48213"),
)  # fmt: skip
