"""Detects error pages, walls and script shells by the title of a page and the little text it has."""

from __future__ import annotations

import re

import numpy as np

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import ERROR_CLASS, Hints
from copydesk.transforms.extract.page_level.empty_pages import no_sentence, notice_texts
from copydesk.transforms.extract.page_level.empty_pages.notice_texts import LOADING, SCRIPT_SHELL
from copydesk.transforms.extract.page_level.page_kind_features import JudgedBlocks
from copydesk.transforms.tag.persons.caseless import Caseless

#: A page that keeps more words than this is not an error page or a wall, whatever its title says
#: (arbitrary).
_NOTICE_WORDS = 160
#: A heading on the page is believed if hardly more than the heading is kept. A dialog above an
#: article has a heading, too (arbitrary).
_HEADING_ALONE_WORDS = 30
#: A page that keeps more words than this is not the sentence of an error page or a wall (arbitrary),
#: and a line of fewer words is not a sentence.
_SENTENCES_WORDS, _WORDS_OF_A_SENTENCE = 80, 4
#: A heading of this many words is a headline (arbitrary).
_WORDS_OF_A_HEADLINE = 3
#: Words beside it that say something else at most (arbitrary). Half a news brief has as many.
_OTHER_WORDS = 25
#: A page with fewer words than this in all and a request to run scripts is a shell (arbitrary).
_SHELL_WORDS = 60

_STATUS = re.compile(
    r"(?:error|fehler|erreur|errore|erro|http)?\W{0,3}(?:40[0-4]|410|429|451|50[0-4])\b.{0,60}"
    r"|(?:\W{0,3}(?:sorry|oops|ups|hoppla)\W{0,3})?(?:(?:the |this )?page (?:was |could |can)?(?:not|n't|no longer) .{0,30}|page not found"
    r"|(?:whoops|oops|sorry)\W+(?:but )?we (?:couldn['’]t|could not|can['’]t|cannot) find (?:that|it|this|the|what).{0,30}"
    r"|not found|.{0,20}(?:content|article|story) (?:is )?(?:not found|no longer available|unavailable|not available)"
    r"|(?:die )?seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|p[áa]gina no encontrada|p[áa]gina n[ãa]o encontrada"
    r"|pagina non trovata|pagina niet gevonden|siden (?:blev|ble) ikke fundet|sidan hittades inte|nie znaleziono strony"
    r"|(?:the |this )?(?:page|article|story|content) (?:is no longer available|has been (?:removed|deleted))|(?:dieser |der )?(?:artikel|beitrag) (?:ist )?nicht mehr verfügbar"
    r"|cet(?:te)? (?:article|page) n['’](?:est plus disponible|existe plus)|est[ea] (?:artículo|página) ya no está disponible|questo articolo non è più disponibile"
    r"|este artigo (?:já )?não está mais disponível|(?:strona|artykuł) nie istnieje|sivua ei löyt\w+|strán\w+ (?:nebyla |nebyl )?(?:nenalezena|nalezena|neexistuje)|az oldal nem található"
    r"|strani(?:ca|ce) (?:koju tražite )?(?:nije pronađena|ne postoji|ni bilo mogoče najti|ni najdena)|stránk[au] (?:nebola nájdená|sa nenašla|neexistuje)|(?:lehte|lehekülge) ei (?:leitud|eksisteeri)|lapa nav atrasta|puslapis nerastas|страница(?:та)? (?:не (?:е намерена|съществува|е пронајдена)|није пронађена)|faqja nuk u gjet|la pàgina no s['’]ha trobat|(?:a )?p[áa]xina non (?:foi )?atopada|orria ez da aurkitu|halaman tidak dijumpai|hindi (?:nakita|natagpuan) ang pahina|ukurasa haukupatikana|(?:صفحه (?:مورد نظر )?(?:یافت|پیدا) نشد|صفحہ نہیں ملا)|(?:পৃষ্ঠা|পাতা)(?:টি)? পাওয়া যায়নি|பக்கம் (?:கிடைக்கவில்லை|காணப்படவில்லை)|పేజీ (?:కనబడలేదు|కనుగొనబడలేదు)|ไม่พบหน้า.{0,30}|էջը չի գտնվել|გვერდი ვერ მოიძებნა|səhifə tapılmadı|бет табылмады|pagina nu (?:a fost găsită|există)|(?:aradığınız )?sayfa bulunamadı|halaman tidak ditemukan|không tìm thấy trang.{0,20}|страница (?:не найдена|не существует|удалена)"
    r"|сторінк[уа] не (?:знайдено|існує)|(?:η )?σελίδα (?:που .{0,30} )?δεν (?:βρέθηκε|υπάρχει)|ה?(?:דף|עמוד) .{0,20}לא נמצא|(?:عذرا\W+)?الصفحة .{0,25}(?:غير موجودة|لم يتم العثور عليها)"
    r"|لم يتم العثور على الصفحة|(?:पेज|पृष्ठ) (?:नहीं मिला|उपलब्ध नहीं है)|(?:お探しの)?(?:ページ|記事)(?:が|は)(?:見つかりません(?:でした)?|存在しません)"
    r"|(?:您|你)?(?:访问|要找)?的?(?:页面|網頁|頁面|网页)(?:不存在|未找到|找不到)|找不到.{0,6}(?:页面|頁面|网页)|(?:요청하신 |찾으시는 )?페이지를 찾을 수 없습니다"
    r"|(?:scheduled|planned) maintenance|access denied|zugriff verweigert|accès refusé|acceso denegado|forbidden|service unavailable|bad gateway"
    r"|(?:web server is (?:down|returning an unknown error)|connection timed out|origin is unreachable|a timeout occurred|ssl handshake failed|origin dns error)\b.{0,40}|.{0,60}\| 5[0-3]\d: .{0,50}|gateway time-?out|too many requests|zu viele anfragen|trop de requêtes|demasiadas (?:solicitudes|peticiones)|troppe richieste|muitas solicitações|te veel verzoeken|zbyt wiele żądań|слишком много запросов|çok fazla istek"
    r"|internal server error|access to this page (?:has been |is )?denied|something went wrong|unavailable(?: due to legal reasons)?|site (?:is )?(?:under|down for) maintenance|wartungsarbeiten|domain .{0,40}for sale)\W*",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"just a moment\W*|attention required.{0,40}|(?:checking|verifying) .{0,40}(?:browser|human|connection)\W*|(?:let us know (?:that )?)?(?:are you|you['’]re) (?:a )?(?:human|(?:not )?a robot|robot)\W*"
    r"|(?:your |this )?browser (?:is )?(?:not|no longer) supported\W*|(?:unsupported|outdated) browser\W*|(?:ihr |dein )?browser (?:wird )?(?:nicht|nicht mehr) unterstützt\W*|(?:votre )?navigateur (?:n['’]est )?(?:pas|plus|non) (?:pris en charge|compatible|supporté)\W*|(?:su |tu )?navegador no (?:es )?(?:compatible|soportado)\W*"
    r"|(?:seu )?navegador não (?:é )?suportado\W*|(?:il tuo )?browser non (?:è )?supportato\W*|(?:uw |je )?browser wordt niet (?:meer )?ondersteund\W*|(?:twoja )?przeglądarka nie jest obsługiwana\W*|(?:ваш )?браузер (?:устарел|не поддерживается)\W*|tarayıcınız desteklenmiyor\W*"
    r"|(?:confirm|verify) your e-?mail.{0,20}|confirmez votre (?:adresse|e-?mail).{0,20}|(?:bestätigen sie ihre|bestätige deine) e-?mail.{0,20}|confirm[ae] (?:tu|su|seu) (?:correo|e-?mail).{0,20}|conferma (?:il tuo|la tua) (?:indirizzo )?e-?mail\W*|bevestig (?:uw|je) e-?mail.{0,20}|potwierdź (?:swój )?adres e-?mail\W*"
    r"|(?:please )?(?:verify|confirm) (?:that )?you(?:'re| are) (?:a )?(?:human|not a robot)\W*|robot or human\W*|security check\W*|captcha\W*"
    r"|(?:please )?enable (?:cookies|javascript|js)\b.{0,60}|javascript (?:is )?(?:disabled|required)\W*"
    r"|(?:log|sign) ?in(?: (?:to|or|with|required)\b.{0,60})?\W*|login\W*|(?:sign up|register|create (?:an )?account)(?: .{0,40})?\W*"
    r"|anmeld(?:en|ung)\W*|einloggen\W*|connexion\W*|se connecter\W*|iniciar sesi[óo]n\W*|accedi\W*|entrar\W*|inloggen\W*|log ind\W*|logga in\W*"
    r"|(?:we value |about )?your privacy(?: .{0,60})?\W*|before you continue.{0,60}|(?:cookie|privacy) (?:consent|settings|notice|choices)\W*"
    r"|(?:consent|consentement|consentimiento|consentimento|consenso|toestemming|zgoda|samtykke|samtycke|suostumus)\W*"
    r"|.{0,30}(?:uw|je|jouw) privacy\W*|.{0,30}twoj\w+ prywatno\w+\W*|.{0,30}(?:din integritet|dit privatliv|personvernet ditt)\W*"
    r"|subscribe(?: (?:now|today|to .{0,40}))?\W*|(?:digital )?subscriptions?\W*|(?:choose|select) (?:your|a) (?:plan|subscription)\W*|abonnements?\W*|abonnieren\W*|s['’]abonner\W*|suscr[íi]b(?:ete|ase)\W*"
    r"|manage (?:your )?(?:cookies|consent|privacy).{0,40}|(?:datenschutz|cookie)[ -]?einstellungen\W*|ihre privatsphäre.{0,60}"
    r"|(?:privacy|cookie)[ -]?(?:instellingen|einstellungen|inställningar|indstillinger|innstillinger|beállítások)\W*|(?:paramètres|préférences) de (?:confidentialité|cookies)\W*|(?:configuración|ajustes|preferencias) de (?:privacidad|cookies)\W*|(?:impostazioni|preferenze) (?:sulla |della |dei |sui )?(?:privacy|cookie)\W*"
    r"|(?:configurações|definições|preferências) de (?:privacidade|cookies)\W*|ustawienia (?:prywatności|plików cookie|cookies)\W*|(?:eväste|yksityisyys)asetukset\W*|nastavení (?:soukromí|cookies)\W*|setări(?:le)? (?:de confidențialitate|cookie\w*)\W*|настройки (?:конфиденциальности|приватности|cookie\w*)\W*|налаштування (?:приватності|конфіденційності|cookie\w*)\W*"
    r"|gizlilik ayarları\W*|çerez (?:ayarları|tercihleri)\W*|ρυθμίσεις (?:απορρήτου|cookies)\W*|إعدادات الخصوصية\W*|הגדרות (?:פרטיות|עוגיות)\W*|(?:隐私设置|隱私設定|プライバシー設定|クッキー設定|쿠키 설정|개인정보 설정)\W*|cài đặt (?:quyền riêng tư|cookie)\W*|pengaturan (?:privasi|cookie)\W*"
    r"|(?:may|can) we (?:use|set|place) cookies.{0,20}\?|mogen (?:wij|we) cookies .{0,20}\?|dürfen wir cookies .{0,30}\?|acceptez-vous (?:les|nos) cookies\W*\?|¿?(?:aceptas?|podemos usar) (?:las |nuestras )?cookies\W*\?|(?:accetti|possiamo usare) i (?:nostri )?cookie\W*\?|(?:aceita|podemos usar) (?:os |nossos )?cookies\W*\?"
    r"|wir (?:und unsere partner )?(?:verwenden|nutzen) cookies.{0,80}|(?:mit werbung|zustimmung|einwilligung)\b.{0,80}"
    r"|age (?:check|verification|gate)\W*|altersprüfung\W*|vérification de l['’]âge\W*|verificación de edad\W*|are you (?:over |at least )?(?:18|21)(?: or older| years old)?\W*"
    r"|(?:please )?(?:disable|turn off|pause) your ad[ -]?blocker\W*|you(?:['’]re| are) using an ad[ -]?blocker\W*|.{0,20}(?:ad[ -]?block(?:er)?|werbeblocker|adblocker) (?:detected|erkannt|aktiv\w*)\W*"
    r"|(?:vous utilisez un )?bloqueur de publicités?(?: détecté)?\W*|(?:bloqueador|bloqueio) de (?:anuncios|anúncios|publicidad)(?: detectado)?\W*"
    r"|(?:nous respectons )?votre vie privée\W*|(?:gestion|paramètres) des cookies\W*|tu privacidad.{0,40}|la tua privacy.{0,40}",
    re.IGNORECASE,
)
#: Texts of consent walls. Two of them together show a wall, if the site speaks of itself. A report
#: about walls uses the same words.
_CONSENT_TEXTS = tuple(
    Caseless(pattern)
    for pattern in (
        r"partners?.{0,80}(?:store|process|access).{0,80}(?:data|information|device)|partner.{0,80}(?:speichern|verarbeiten|zugreifen)"
        r"|partenaires.{0,80}(?:stock|trait|accéd|utilis)|socios.{0,80}(?:almacen|proces|acced)"
        r"|partner.{0,80}(?:memorizz|tratt|acced|archivi)|parceiros.{0,80}(?:armazen|process|aced)|partners.{0,80}(?:opslaan|op te slaan|slaan|bewaren|verwerken)"
        r"|partnerzy.{0,80}(?:przetwarza|przechow)|partner.{0,80}(?:lagrar|behandl|lagrer)|партн[её]р.{0,80}(?:обрабат|хран)"
        r"|ortaklarimiz.{0,80}(?:sakla|işle|eriş)|kumppani.{0,80}(?:tallen|käsittel)|partneř.{0,80}(?:ukládá|zpracov)|partnerein.{0,80}(?:tárol|kezel)|συνεργάτες.{0,80}(?:αποθηκεύ|επεξεργ)"
        r"|شركاؤنا.{0,80}(?:تخزين|معالجة)",
        r"(?:we|our site).{0,40}\buses?\b.{0,60}cookies|(?:verwenden|nutzen).{0,40}cookies|utilis(?:ons|e).{0,40}cookies|usamos.{0,40}cookies"
        r"|utilizziamo.{0,40}cookie|gebruik(?:en|t).{0,40}cookies",
        r"accept all|agree and continue|reject all|manage (?:my )?(?:preferences|options|choices)|alle akzeptieren|zustimmen und weiter"
        r"|tout accepter|continuer sans accepter|aceptar todo|aceptar y continuar|rechazar y suscribirse|accetta tutt|accetta e continua|rifiuta e abbonati"
        r"|alles accepteren|aceitar tudo|aceitar e continuar|zaakceptuj|akceptuję|przejdź do serwisu|godkänn alla|godta alle|accepter alle|принять все",
        r"withdraw (?:your )?consent|your consent|legitimate interests?|einwilligung.{0,40}widerrufen|(?:retirer|refuser) votre consentement"
        r"|vous consentez|(?:retirar|revocar) (?:su|tu) consentimiento|inter[eé]s(?:es)? leg[ií]timo|interesse legittimo|wyrazić zgodę|wycofać zgodę"
        r"|toestemming.{0,40}intrekken|återkalla.{0,20}samtycke|trekke.{0,20}samtykke|tilbagekald\w*.{0,20}samtykke|отозвать.{0,20}согласие|onayinizi.{0,40}geri|ανακαλέσετε.{0,40}συγκατάθεσ"
        r"|peruuttaa.{0,20}suostumu|odvolat.{0,20}souhlas|hozzájárulás.{0,40}visszavon|سحب.{0,20}موافقت",
        r"personali[sz]ed (?:ads|advertising|content)|personalisierte (?:werbung|anzeigen)|publicités personnalisées|personnaliser (?:les|la) publicité"
        r"|(?:publicidad|anuncios?|publicidade|anúncios?) personalizad[ao]s?|pubblicità personalizzata|annunci personalizzati|gepersonaliseerde (?:advertenties|reclame)"
        r"|spersonalizowan\w+ reklam|dopasowani\w+ reklam",
        r"pur-abo|(?:mit|ohne) werbung|(?:without|no) (?:ads|advertising|tracking)|sans (?:publicité|cookies)|sin (?:publicidad|cookies)|senza pubblicità"
        r"|zonder (?:advertenties|reclame)|sem publicidade|bez reklam|utan annonser|uten annonser",
    )
)
_OF_ITSELF = re.compile(
    r"\b(?:we|our|us|wir|unsere?|nous|nos|notre|nosotros|nuestros?|noi|nostri?|wij|onze|nós|nossos?|my|nasi|vi|våra|våre|vores|мы|наши|biz|bizim|εμείς|εμάς|me|my|naši|mi|نحن)\b",
    re.IGNORECASE,
)
_RUN_SCRIPTS = re.compile(
    r"(?:enable|activate|turn on|requires?|need|without).{0,30}java ?script|java ?script.{0,40}(?:disabled|enable|required|aktivieren|activer|activar)"
    r"|(?:vous devez|veuillez|bitte|debes|debe|per favore|por favor).{0,40}java ?script"
    r"|loading\W*$|please wait",
    re.IGNORECASE,
)
#: A title that has only this beside the name of the site. Beside a headline it is a label of an article
#: whose opening is shown.
_RESERVED = re.compile(
    r"(?:content |article )?(?:for )?(?:subscribers?|members?) (?:only|exclusive)\W*|(?:questo )?contenuto (?:è )?riservato.{0,30}|(?:article |contenu )?réservé aux abonnés\W*"
    r"|(?:artikel )?nur für abonnenten\W*|(?:contenido |conteúdo )?exclusivo para (?:suscriptores|assinantes)\W*|(?:alleen )?voor abonnees\W*|tylko dla (?:prenumeratorów|abonentów|subskrybentów)\W*"
    r"|(?:kun|bare) for abonnenter\W*|endast för prenumeranter\W*|только для подписчиков\W*",
    re.IGNORECASE,
)
_WORDS_OF_A_SITE = 4  # Words of a site's name at most (arbitrary).
#: A page that is not for the reader's country. Articles say it of somebody else's.
_ELSEWHERE = re.compile(
    r"access(?:ing)? this (?:website|site|page) from (?:a country|within|your (?:country|region))|(?:not |un)available (?:in|to) (?:your|most european|european) (?:countr|region|location|visitors)|in (?:ihrem|deinem) land nicht (?:verfügbar|abrufbar)"
    r"|(?:pas|plus) (?:disponible|accessible) dans votre (?:pays|région)|no está disponible en (?:su|tu) (?:país|región)|non è disponibile nel (?:tuo|suo) paese"
    r"|não está disponível (?:no seu|em seu|na sua) (?:país|região)|niet beschikbaar in (?:uw|jouw|je) land|nie jest dostępn\w+ w (?:twoim|państwa) kraju"
    r"|inte tillgänglig\w* i ditt land|ikke tilgjengelig i ditt land|недоступ\w+ в вашей стране",
    re.IGNORECASE,
)

#: Kinds of pages that their title gives.
_OF_A_TITLE = (
    ("an error page", _STATUS),
    ("a log-in, consent or robot wall", _WALL),
    ("a form", notice_texts.FORM_TITLE),
)

#: Kinds of pages that their first sentence gives.
_OF_A_SENTENCE = (
    ("an error page", notice_texts.ERROR),
    ("a wall", notice_texts.WALL),
    ("a search without results", notice_texts.NO_RESULTS),
)


def find(judged: JudgedBlocks, hints: Hints) -> str:
    """Return the kind of a page with little text, or an empty string.

    Kinds are an error, a wall, a form, a shell, and a page with only labels, figures or pictures.
    """
    if found := no_sentence.data_alone(judged):
        return found
    page, kept, words = judged.page, judged.kept, judged.words
    n_kept = float(words[kept].sum())
    if n_kept > _NOTICE_WORDS:
        return ""
    lines = [page.text[b] for b in np.flatnonzero(kept).tolist()]
    heads = hints.titles_and_parts()
    headings = [page.text[b] for b in range(len(kept)) if _is_heading(page, b)][:3]
    if n_kept <= _HEADING_ALONE_WORDS:
        heads += headings
    text = " ".join(lines)
    found = _of_title(heads, hints) or consent(text)
    if not found and n_kept <= _SHELL_WORDS:
        found = _small_wall(heads, text)
    if not found and n_kept <= _SENTENCES_WORDS:
        found = _sentence_of_notice(judged)
    asks_for_scripts = hints.scripts and _RUN_SCRIPTS.search(text[:500])
    if (
        not found
        and float(words.sum()) < _SHELL_WORDS
        and (asks_for_scripts or LOADING.fullmatch(text))
    ):
        found = SCRIPT_SHELL
    return found or no_sentence.find(judged, hints)


def _of_title(heads: list[str], hints: Hints) -> str:
    """Return the kind of a page that one of its titles gives, or the class of its body."""
    for name, pattern in _OF_A_TITLE:
        for head in heads:
            if pattern.fullmatch(head.strip()[:200]):
                return f"{name}: the title or heading says {head.strip()[:60]!r}"
    return "an error page: the class of its body says so" if ERROR_CLASS in hints.kinds else ""


def consent(text: str) -> str:
    """Return the sign of a consent wall, if a site speaks of itself in two of the usual sentences."""
    opening = text[:3000]
    said = [found.span() for p in _CONSENT_TEXTS if (found := p.search(opening))]
    if len(said) > 1 and _OF_ITSELF.search(opening):
        start, end = said[0]
        return f"a consent wall: the text says {opening[start:end][:60]!r}"
    return ""


def _sentence_of_notice(judged: JudgedBlocks) -> str:
    """Return the kind of a page whose first sentence is that of an error or a wall.

    A heading above that sentence may say it instead. The opening of an article is above its wall, so
    a wall below another sentence shows nothing. Below a headline that the page's title repeats, such a
    sentence is news: "L'article 3 a été supprimé".
    """
    text = judged.page.text
    said = [
        b
        for b in np.flatnonzero(judged.kept).tolist()
        if no_sentence.size(text[b]) >= _WORDS_OF_A_SENTENCE and not _is_heading(judged.page, b)
    ]
    headlines = [
        text[b]
        for b in np.flatnonzero(judged.is_title).tolist()
        if _is_heading(judged.page, b) and no_sentence.size(text[b]) >= _WORDS_OF_A_HEADLINE
    ]
    if any(not any(kind.search(line) for _, kind in _OF_A_SENTENCE) for line in headlines):
        return ""
    end = said[0] if said else len(text)
    above = [text[b][:400] for b in range(end) if _is_heading(judged.page, b)]
    for name, pattern in _OF_A_SENTENCE:
        lines = [text[said[0]][:400], *above[-1:]] if said else above[-1:]
        found = next(filter(None, map(pattern.search, lines)), None)
        others = sum(no_sentence.size(text[b]) for b in said if not pattern.search(text[b]))
        if found and others <= _OTHER_WORDS:
            return f"{name}: the page says {found[0][:60]!r}"
    return ""


def _small_wall(heads: list[str], text: str) -> str:
    """Return the kind of a wall with a few words, for other countries or subscribers."""
    found = _ELSEWHERE.search(text)
    if found:
        return f"a wall for other countries: the text says {found[0][:60]!r}"
    label = _reserved(heads)
    return f"a log-in, consent or robot wall: the title says {label[:60]!r}" if label else ""


def _reserved(heads: list[str]) -> str:
    """Return the part of the titles that says that the page is for subscribers, if no other part
    is a headline.
    """
    label = next((head for head in heads if _RESERVED.fullmatch(head.strip())), "")
    others = [head for head in heads if label not in head]
    is_alone = all(len(head.split()) <= _WORDS_OF_A_SITE for head in others)
    return label if label and is_alone else ""


def _is_heading(page: Page, block: int) -> bool:
    return page.tag_of(block) in ("h1", "h2", "h3")
