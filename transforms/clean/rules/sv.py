"""Swedish residue."""

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
            r"(?:läs|se|hör|mer)(?: (?:också|även|mer|vidare|här|om .{1,40}|från .{1,40}|alla|hela artikeln))+(?: ?[:|»>→-] ?.{1,240})?|relaterade? (?:artiklar|artikel|innehåll|ämnen|nyheter)|mest läst(?:a)?(?: .{0,30})?|senaste nytt|senaste nyheterna|rekommenderat.{0,30}|gå till (?:huvud)?innehåll(?:et)?|till toppen|hoppa till innehåll.{0,20}",
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
            r"(?:dela|kopiera|skriv ut|spara|tipsa)(?: (?:artikeln|artikel|länk|länken|på|via|denna|med|facebook|twitter|linkedin|oss|mejl))*|följ (?:oss|.{1,40})(?: på .{1,60})?",
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
            r"nyhetsbrev|(?:prenumerera|bli prenumerant|få .{0,40}nyhetsbrev|köp prenumeration|prova|anmäl dig).{0,120}|logga (?:in|ut)|skapa (?:konto|ett konto)|(?:den här )?artikeln är (?:bara )?för prenumeranter.{0,60}|redan (?:prenumerant|medlem).{0,40}",
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
            r"(?:foto|bild|källa|grafik|video|arkivfoto|arkivbild|illustration)(?:s)? ?[:/|©] ?[^!?]{2,110}|arkivbild.{0,40}|© ?[^!?]{2,100}",
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
            r"integritetspolicy|personuppgifter.{0,30}|cookie(?:s|policy|-?inställningar)?|(?:godkänn|acceptera|neka) (?:alla|cookies|kakor).{0,20}|vi använder (?:cookies|kakor).{0,260}|kontakt(?:a oss)?|om oss|sök|meny|stäng|alla rättigheter.{0,60}|copyright.{0,120}",
        ),
        unless_sentence=True,
        drops=("Integritetspolicy", "Vi använder cookies på sajten."),
        keeps=("Kontakt med skeppet bröts.",),
    ),
)
