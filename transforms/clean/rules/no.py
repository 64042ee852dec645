"""Norwegian residue."""

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
            r"(?:les|se|hør|mer)(?: (?:også|mer|videre|her|om .{1,40}|fra .{1,40}|alle|hele saken))+(?: ?[:|»>→-] ?.{1,240})?|relaterte? (?:artikler|artikkel|saker|innhold|emner|nyheter)|mest lest(?:e)?(?: .{0,30})?|siste nytt|anbefalt.{0,30}|gå til (?:hoved)?innhold(?:et)?|til toppen|forsiden",
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
            r"(?:del|kopier|skriv ut|lagre|tips)(?: (?:artikkelen|saken|artikkel|lenke|på|via|denne|med|facebook|twitter|linkedin|oss|mail))*|følg (?:oss|.{1,40})(?: på .{1,60})?",
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
            r"nyhetsbrev|(?:meld deg på|abonner|bli abonnent|få .{0,40}nyhetsbrev|kjøp abonnement|prøv).{0,120}|logg (?:inn|ut|på)|opprett (?:konto|bruker)|denne artikkelen er (?:kun )?for abonnenter.{0,60}|allerede (?:abonnent|medlem).{0,40}",
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
            r"(?:foto|bilde|kilde|grafikk|video|arkivfoto|illustrasjon)(?:s)? ?[:/|©] ?[^!?]{2,110}|arkivfoto.{0,40}|© ?[^!?]{2,100}",
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
            r"personvern(?:erklæring|policy)?|informasjonskapsler|cookie(?:s|-?innstillinger)?|(?:godta|avvis) (?:alle|cookies).{0,20}|vi bruker (?:informasjonskapsler|cookies).{0,260}|kontakt(?: oss)?|om oss|søk|meny|lukk|alle rettigheter.{0,60}|copyright.{0,120}|.{2,20} arbeider etter vær varsom-plakatens.{0,120}",
        ),
        unless_sentence=True,
        drops=("Personvern", "Vi bruker informasjonskapsler."),
        keeps=("Kontakt med skipet gikk tapt.",),
    ),
)
