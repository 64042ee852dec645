"""Swedish boilerplate."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_sv",
        category="comments",
        languages=("sv",),
        patterns=(
            r"(?:[0-9]{1,5} )?kommentar(?:er)?(?: ?\(?[0-9]{1,5}\)?)?|(?:skriv|lägg till|läs|visa|lämna) (?:en |din |alla )?kommentar(?:er|en|erna)?|kommentera|svara|avbryt svar",
        ),
        drops=("Kommentarer", "Skriv en kommentar"),
        keeps=("Kommentarer från Paris uteblev.",),
    ),
    Rule(
        name="related_link_sv",
        category="related",
        languages=("sv",),
        patterns=(
            r"(?:läs|se|hör|mer)(?: (?:också|även|mer|vidare|här|om .{1,40}|från .{1,40}|alla|hela artikeln)){1,6}(?:(?: ?[:|>→] ?| -|- ) ?.{1,240})?",
            r"relaterade? (?:artiklar|artikel|innehåll|ämnen|nyheter)",
            r"mest läst(?:a)?(?: .{0,30})?",
            r"senaste nytt",
            r"senaste nyheterna",
            r"rekommenderat.{0,30}",
            r"gå till (?:huvud)?innehåll(?:et)?",
            r"till toppen",
            r"hoppa till innehåll.{0,20}",
        ),
        unless_sentence=True,
        drops=("Läs också: Hamnen stänger", "Mest läst"),
        keeps=("Läs boken två gånger, sade hon.",),
    ),
    Rule(
        name="share_line_sv",
        category="share",
        languages=("sv",),
        patterns=(
            r"(?:dela|kopiera|skriv ut|spara|tipsa)(?: (?:artikeln|artikel|länk|länken|på|via|denna|med|facebook|twitter|linkedin|oss|mejl))*",
            r"följ (?:oss(?: på .{1,60})?|.{1,40} på .{1,60})",
        ),
        unless_sentence=True,
        drops=("Dela artikeln", "Följ oss på Facebook"),
        keeps=("Dela maten rättvist, sade hon.",),
    ),
    Rule(
        name="newsletter_prompt_sv",
        category="newsletter",
        languages=("sv",),
        patterns=(
            r"nyhetsbrev",
            r"logga (?:in|ut)",
            r"skapa (?:konto|ett konto)",
            r"(?:den här )?artikeln är (?:bara )?för prenumeranter.{0,60}",
            r"redan (?:prenumerant|medlem).{0,40}",
        ),
        sentences=(
            r"(?:prenumerera|bli prenumerant|få .{0,40}nyhetsbrev|köp prenumeration).{0,120}|prova(?: .{0,60}(?:gratis|\bkr\b|kronor|kronan|krona|månad|prenum|premium|plus|\bnu\b).{0,60})?|anmäl dig(?: .{0,60}(?:nyhet|mejl|post|notis|brev|prenum| här).{0,60})?",
        ),
        unless_sentence=True,
        drops=("Nyhetsbrev", "Logga in"),
        keeps=("Nyhetsbrev är den nya tidningen.",),
    ),
    Rule(
        name="photo_credit_sv",
        category="photo",
        languages=("sv",),
        patterns=(
            r"(?:foto|bild|källa|grafik|video|arkivfoto|arkivbild|illustration)(?:s)? ?[:/|©] ?[^!?]{2,110}",
            r"arkivbild.{0,40}",
            r"© ?[^!?]{2,100}",
        ),
        unless_sentence=True,
        drops=("Foto: Ana Ruiz",),
        keeps=("Foto och film brann.",),
    ),
    Rule(
        name="ad_marker_sv",
        category="ads",
        languages=("sv",),
        patterns=(
            r"annons(?:er|en)?|reklam|sponsrat(?: .{0,40})?|artikeln fortsätter.{0,40}|annonsinnehåll.{0,20}",
        ),
        drops=("Annons", "Artikeln fortsätter under annonsen"),
        keeps=("Annonser i tidningar minskar.",),
    ),
    Rule(
        name="notice_sv",
        category="notices",
        languages=("sv",),
        patterns=(
            r"integritetspolicy",
            r"personuppgifter.{0,30}",
            r"cookie(?:s|policy|-?inställningar)?",
            r"(?:godkänn|acceptera|neka) (?:alla|cookies|kakor).{0,20}",
            r"kontakt(?:a oss)?",
            r"om oss",
            r"sök",
            r"meny",
            r"stäng",
            r"alla rättigheter(?: (?:är )?(?:reserverade|förbehålln?a|förbehåll(?:e)?s|tillhör).{0,60})?",
        ),
        sentences=(
            r"vi använder (?:cookies|kakor).{0,260}",
            r"copyright ?(?:©|\(c\)|[0-9]{4}|by |:).{0,120}",
        ),
        unless_sentence=True,
        drops=("Integritetspolicy", "Vi använder cookies på sajten."),
        keeps=("Kontakt med skeppet bröts.",),
    ),
)
