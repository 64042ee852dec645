"""Norwegian boilerplate."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_no",
        category="comments",
        languages=("no",),
        patterns=(
            r"(?:[0-9]{1,5} )?kommentar(?:er)?(?: ?\(?[0-9]{1,5}\)?)?|(?:skriv|legg til|les|vis|se) (?:en |din |alle )?kommentar(?:er|en|ene)?|svar|avbryt svar",
        ),
        drops=("Kommentarer", "Skriv en kommentar"),
        keeps=("Kommentarer fra Paris uteble.",),
    ),
    Rule(
        name="related_link_no",
        category="related",
        languages=("no",),
        patterns=(
            r"(?:les|se|hør|mer)(?: (?:også|mer|videre|her|om .{1,40}|fra .{1,40}|alle|hele saken)){1,6}(?:(?: ?[:|>→] ?| -|- ) ?.{1,240})?",
            r"relaterte? (?:artikler|artikkel|saker|innhold|emner|nyheter)",
            r"mest lest(?:e)?(?: .{0,30})?",
            r"siste nytt",
            r"anbefalt.{0,30}",
            r"gå til (?:hoved)?innhold(?:et)?",
            r"til toppen",
            r"forsiden",
        ),
        unless_sentence=True,
        drops=("Les også: Havnen stenger", "Mest lest"),
        keeps=("Les boken to ganger, sa hun.",),
    ),
    Rule(
        name="share_line_no",
        category="share",
        languages=("no",),
        patterns=(
            r"(?:del|kopier|skriv ut|lagre|tips)(?: (?:artikkelen|saken|artikkel|lenke|på|via|denne|med|facebook|twitter|linkedin|oss|mail))*",
            r"følg (?:oss(?: på .{1,60})?|.{1,40} på .{1,60})",
        ),
        unless_sentence=True,
        drops=("Del artikkelen", "Følg oss på Facebook"),
        keeps=("Del av broen falt.",),
    ),
    Rule(
        name="newsletter_prompt_no",
        category="newsletter",
        languages=("no",),
        patterns=(
            r"nyhetsbrev",
            r"logg (?:inn|ut|på)",
            r"opprett (?:konto|bruker)",
            r"denne artikkelen er (?:kun )?for abonnenter.{0,60}",
            r"allerede (?:abonnent|medlem).{0,40}",
        ),
        sentences=(
            r"(?:abonner|bli abonnent|få .{0,40}nyhetsbrev|kjøp abonnement).{0,120}|prøv(?: .{0,60}(?:gratis|\bkr\b|kroner|krone|måned|abonn|premium|pluss|\bnå\b).{0,60})?|meld deg på(?: .{0,60}(?:nyhet|mail|post|varsl|brev|abonn| her).{0,60})?",
        ),
        unless_sentence=True,
        drops=("Nyhetsbrev", "Logg inn"),
        keeps=("Nyhetsbrev er den nye avisen.",),
    ),
    Rule(
        name="photo_credit_no",
        category="photo",
        languages=("no",),
        patterns=(
            r"(?:foto|bilde|kilde|grafikk|video|arkivfoto|illustrasjon)(?:s)? ?[:/|©] ?[^!?]{2,110}",
            r"arkivfoto.{0,40}",
            r"© ?[^!?]{2,100}",
        ),
        unless_sentence=True,
        drops=("Foto: Ana Ruiz",),
        keeps=("Foto og film brant.",),
    ),
    Rule(
        name="ad_marker_no",
        category="ads",
        languages=("no",),
        patterns=(
            r"annonse[rn]?|reklame|sponset(?: .{0,40})?|artikkelen fortsetter.{0,40}|annonsørinnhold.{0,40}",
        ),
        drops=("Annonse", "Artikkelen fortsetter under annonsen"),
        keeps=("Annonser i aviser faller.",),
    ),
    Rule(
        name="notice_no",
        category="notices",
        languages=("no",),
        patterns=(
            r"personvern(?:erklæring|policy)?",
            r"informasjonskapsler",
            r"cookie(?:s|-?innstillinger)?",
            r"(?:godta|avvis) (?:alle|cookies).{0,20}",
            r"kontakt(?: oss)?",
            r"om oss",
            r"søk",
            r"meny",
            r"lukk",
            r"alle rettigheter(?: (?:er )?(?:reservert|forbeholdt|tilhører|forbeholdes).{0,60})?",
        ),
        sentences=(
            r"vi bruker (?:informasjonskapsler|cookies).{0,260}",
            r"copyright ?(?:©|\(c\)|[0-9]{4}|by |:).{0,120}",
            r".{2,20} arbeider etter vær varsom-plakatens.{0,120}",
        ),
        unless_sentence=True,
        drops=("Personvern", "Vi bruker informasjonskapsler."),
        keeps=("Kontakt med skipet gikk tapt.", "Alle rettigheter og ingen plikter"),
    ),
)
