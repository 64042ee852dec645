"""Boilerplate that is the same in every language."""

from __future__ import annotations

from copydesk.transforms.clean.patterns.photo_agencies import AGENCY, WIRE
from copydesk.transforms.clean.patterns.phrase import NETWORKS
from copydesk.transforms.clean.rule import Rule

_ANY = ("*",)

_SIGNING = rf"(?:{AGENCY}|{WIRE})"

RULES = (
    Rule(
        name="player_notice",
        category="notices",
        languages=_ANY,
        patterns=(r"to (?:view|watch|play|hear) this (?:video|audio|content),? please (?:enable|turn on) javascript\b.{0,140}",),
        drops=("To view this video please enable JavaScript, and consider upgrading to a web browser that supports HTML5 video",),
        keeps=("The video shows how the ferry hit the pier.",),
    ),
    Rule(
        name="agency_line",
        category="author",
        languages=_ANY,
        patterns=(
            rf"(?:{WIRE})(?: ?[/,&+-] ?(?:{_SIGNING}|[^\s.!?;:]{{2,20}}(?: [^\s.!?;:]{{2,20}}){{1,2}})){{0,3}}",
            rf"{_SIGNING} ?/ ?[^\s.!?;:]{{2,20}}",
            rf"(?:{AGENCY})(?: ?[/,&+-] ?{_SIGNING}){{1,3}}",
            r"dpa(?:-[a-z]{2,12})?, ?dpa:[\d/-]{8,30}",
        ),
        unless_sentence=True,
        drops=("(PAP)", "/ritzau/", "NTB-AFP", "TASR, Ana Ruiz", "PAP/Bo Li", "(БТА)", "AA / Harbour", "dpa-infocom, dpa:240312-99-123456/2"),
        keeps=("PAP smears are free in spring.", "PAP, so the minister, reported the flood too late.", "Ritzau founded the agency in 1866."),
    ),
    Rule(
        name="wire_slug",
        category="notices",
        languages=_ANY,
        patterns=(r"(?:bc|am|pm|hfr)-[a-z]{2,20}(?:[-–_/]{1,2}[a-z0-9]{1,16}){1,5}(?:,? (?:\d(?:st|nd|rd|th)|ld|lead|urgent|update|writethru|wrap|pix)){0,3}",),
        drops=("BC-FLOOD-3RDLD", "BC-US-HARBOUR-FLOOD, 2nd LD", "BC-SOC--Mill-Town-Roundup, 1st Ld"),
        keeps=("BC-bound ferry cancelled", "PM-elect names her cabinet", "BC-based bakers stop work along the coast"),
    ),
    Rule(
        name="network_list",
        category="share",
        languages=_ANY,
        patterns=(rf"[^.!?:;,]{{2,40}} ?: ?(?:{NETWORKS})(?:[ ,/|·•]{{1,3}}(?:{NETWORKS})){{1,9}}",),
        drops=("Share this post: Facebook Twitter LinkedIn", "Dela inlägget: Facebook | X | WhatsApp"),
        keeps=("Facebook and Twitter answered: the accounts of the mayor were closed.",),
    ),
    Rule(
        name="contact_line",
        category="author",
        languages=_ANY,
        patterns=(
            r"[^.!?:;@]{2,40} ?: ?[\w.+-]{1,40}@[\w-]{1,40}(?:\.[\w-]{2,20}){1,3}",
            r"[^.!?:;@]{4,80}[?？؟;] ?[^.!?:;@]{2,50} ?[:： ] ?[\w.+-]{1,40}@[\w-]{1,40}(?:\.[\w-]{2,20}){1,3}",
        ),
        drops=("Got an opinion? Write to letters@harbour.example", "Hast du Fragen? Schreib uns: li@hafen.example", "Contact the author: ruiz@harbour.example", "Kontakt zur Autorin: li@hafen.example", "联系作者：ruiz@harbour.example"),
        keeps=("The letter came from ruiz@harbour.example: nobody had an answer.", "Who wrote it? The letter came from ruiz@harbour.example, the court heard."),
    ),
    Rule(
        name="store_line",
        category="newsletter",
        languages=_ANY,
        patterns=(
            r"(?:[^\s.!?;:,'\"]{1,16} ){0,4}(?:app store|google play(?: store)?)(?:'?[^\s.!?;:,]{1,6})?(?:(?: ?[|/,&] ?| [^\s.!?;:]{1,3} )(?:app store|google play|appgallery|rustore)){0,2}(?: [^\s.!?;:]{1,9})?",
            r"(?:[^\s.!?;:,'\"]{1,16} ){0,4}ios ?(?:[/,&|]|[^\s.!?;:]{1,4}) ?android",
        ),
        unless_sentence=True,
        drops=("Available for iOS and Android", "Download on the App Store", "Get it on Google Play", "Laden im App Store", "Hent den på Google Play", "App Store | Google Play", "Google Playssa"),
        keeps=("The court ruled that Apple may not close its App Store to rivals.", "Two judges looked at how Google Play sets its fees, and why.", "Fees at Google Play: what the court said"),
    ),
    Rule(
        name="agency_credit",
        category="photo",
        languages=_ANY,
        patterns=(
            r"(?:" + AGENCY + r")(?: ?/ ?[^.!?;]{2,70}){0,3}",
            r"(?:©|\(c\)|credit|photo|foto|image) ?[:=]? ?(?:" + AGENCY + r")(?: ?/ ?[^.!?;]{2,70})?",
        ),
        unless_sentence=True,
        drops=("Reuters/Baz Ruiz", "AP Photo/Bo Li", "Getty Images", "dpa / Ana Ruiz", "(AFP)", "Image: AFP/Getty", "[Photo=Reuters]"),
        keeps=("Reuters cut its forecast.", "AFP reporters saw tanks.", "Getty left his art to the town."),
    ),
    Rule(
        name="caption_with_credit",
        category="photo",
        languages=_ANY,
        place="ending",
        patterns=(
            r"(?!, ?(?:pa|cp|tt|mega)[)\]]{0,2}$)(?:via|/|\||,|;|:|- |\(|\[|©|courtesy|photo|foto|credit|bild) ?(?:" + AGENCY + r") ?[)\]]{0,2}",
            r"(?:credits?|photo|foto|fotos|photo credit|image|picture|bild|photo by|image credit|image source|crédit photo|crédit|foto di|foto de|photos) ?: ?[^.!?:]{2,50}[)\]]?",
            r"(?<!\w)\(? ?(?:ap|afp|reuters|epa|pti|pa) ?(?:photo|images|wire|pool|file)? ?/ ?[^.!?/]{2,50}(?:, ?(?:file|pool))?[)\]]?",
            r"[(\[](?:photo|image|picture|file photo|illustration|foto|bild|screenshot)(?: (?:by|courtesy|courtesy of|credit|via|from|supplied)\b| ?[:/|©-]| ) ?[^()\[\]!?]{2,70}[)\]]",
            r"[(（\[](?:写真|撮影|사진|图|圖)[:：=/／] ?[^()（）\[\]!?]{2,70}[)）\]]",
            r"(?:getty images|ap photo|shutterstock|istock|imago images|wireimage)[)\]]{0,2}",
            r"/ ?(?:" + AGENCY + r") ?(?:/ ?[^.!?/]{2,40})?[)\]]{0,2}",
        ),
        drops=(
            "The minister arrives at the port on Monday. (AP Photo/Ana Ruiz)",
            "The harbour in winter. Photo: Bo Li",
            "Rescuers at the mill Credit: Harbour News/Getty",
            "The old bridge. (Image: Harbour Press)",
            "昼の水門（写真：リー・ボー）",
        ),
        keeps=(
            "He told the court that he had sold all his pictures to Getty Images.",
            "She worked for Reuters, AFP and AP.",
            "The crew filmed the flood (see map).",
            "The minister spoke to Reuters",
            "June 26: the harbour hall, Mill Town, PA",
            "Book the vendors (photo, video, flowers)",
            "Der Fluss stieg am Mittag wieder, und die Schleuse blieb zu. (dpa)",
            "Il fiume è risalito a mezzogiorno e la chiusa resta chiusa. (ANSA)",
        ),
    ),
    Rule(
        name="bar_menu",
        category="layout",
        languages=("ja", "ko", "zh"),
        patterns=(r"[^│]{0,40}│[^│]{0,80}(?:│[^│]{0,80}){2,60}", r"[^┊]{0,40}┊[^┊]{0,80}(?:┊[^┊]{0,80}){2,60}", r"(?=.{0,80}[\u3040-\u9fff\uac00-\ud7af]{2})[^|0-9,.!?]{1,16}(?:\|[^|0-9,.!?]{1,16}){5,60}", r"[^>.!?]{1,20}(?: ?>> ?[^>.!?]{1,20}){1,5}"),
        drops=("Harbour│Mill Town│Weather│Sport│Letters", "About us┊Help┊Jobs┊Copyright © 2024 Harbour Post", "关于我们|招聘英才|帮助中心|广告服务|网站声明|联系我们", "Harbour >> Mill Town"),
        keeps=("The dam │ 1911 │ 40 m", "Team | Won | Lost | Drawn | Goals | Points | Place", "The old sign read: harbour│mill."),
    ),
    Rule(
        name="hashtag_line",
        category="tags",
        languages=_ANY,
        patterns=(r"[^\s#]{2,40}(?: ?[,·|]? ?#[^\s#]{2,40}){1,20}",),
        drops=("#flood #harbour #milltown", "#홍수 #기후"),
        keeps=("Marchers wrote #flood on the wall.", "She won with #1 on her shirt."),
    ),
    Rule(
        name="counter",
        category="counters",
        languages=_ANY,
        patterns=(r"\d{1,3} ?/ ?\d{2,4}", r"\[email protected\]|\[email&#160;protected\]|e-?mail protected"),
        drops=("24/31", "3 / 12", "[email protected]"),
        keeps=("1911", "9/11 changed it.", "3-2"),
    ),
    Rule(
        name="web_address",
        category="share",
        languages=_ANY,
        patterns=(r"(?:twitter|facebook|instagram|x|t|youtube|linkedin|pinterest)\.(?:com|co|me)/[^\s]{1,120}", r"(?:©|\(c\)) ?[^!?]{1,120}", r"rss"),
        unless_sentence=True,
        drops=("twitter.com/harbourpost", "© 2023 Harbour Press"),
        keeps=("www is where it began.", "See harbour.example.com for the tide tables, the notice at the pier says."),
    ),
    Rule(
        name="entry_footer",
        category="tags",
        languages=_ANY,
        patterns=(
            r"this (?:entry|post|article) was (?:posted|published|written|filed) (?:on|in|by|under|at) .{2,400}",
            r"this (?:entry|post|article) is filed under .{2,300}",
            r"(?:dieser|der) (?:eintrag|beitrag|artikel) wurde (?:am|unter|in|von|veröffentlicht|geschrieben|verfasst) .{2,300}?(?:veröffentlicht|abgelegt|gepostet|geschrieben|erstellt|permalink|permanentlink|allgemein)\b.{0,200}",
            r"dieser (?:eintrag|beitrag) wurde veröffentlicht (?:am|in|unter|von) .{2,200}",
            r"(?:cette entrée|ce contenu|cet article) a été publiée? (?:dans|le|par|sous) .{2,300}",
            r"esta entrada (?:fue|ha sido) publicada (?:en|el|por|bajo) .{2,300}",
            r"quest[oa] (?:voce|articolo|post) è stat[oa] pubblicat[oa] (?:in|il|da|su) .{2,300}",
            r"(?:esta entrada|este (?:post|artigo)) foi (?:publicad[oa]|postad[oa]) (?:em|por|no dia) .{2,300}",
            r"(?:dit bericht|dit artikel|deze entry) (?:werd|is) (?:geplaatst|gepubliceerd) (?:in|op|door|onder) .{2,300}",
            r"ten wpis został opublikowany .{2,300}",
            r"(?:det här inlägget|denna post) (?:postades|publicerades) (?:i|av|den) .{2,300}",
            r"(?:dette indlæg blev|dette innlegget ble) (?:udgivet|publisert|postet) (?:i|af|av|den) .{2,300}",
        ),
        drops=(
            "This entry was posted in Harbour and tagged dam, flood by Ana Ruiz. Bookmark the permalink.",
            "This entry was posted on Tuesday, May 4th, 2010 at 9:12 am and is filed under Harbour. You can follow any responses to this entry.",
            "Dieser Beitrag wurde unter Hafen veröffentlicht. Setze ein Lesezeichen auf den Permalink.",
            "Der Beitrag wurde am Mittwoch, den 4. Mai 2010 um 9:12 Uhr veröffentlicht und unter Hafen abgelegt.",
            "Dieser Eintrag wurde veröffentlicht am 4. Mai 2010.",
            "Cette entrée a été publiée dans Port. Vous pouvez la mettre en favoris avec ce permalien.",
            "Esta entrada fue publicada en Puerto. Guarda el enlace permanente.",
            "Questa voce è stata pubblicata in Porto. Contrassegna il permalink.",
        ),
        keeps=(
            "This entry in the log of the harbour was written by the captain.",
            "The post was filled in May by Ana Ruiz.",
            "Der Beitrag wurde 1911 auf fünf Kronen erhöht.",
            "Dieser Eintrag im Logbuch fehlt bis heute.",
        ),
    ),
)
