"""Danish boilerplate."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_da",
        category="comments",
        languages=("da",),
        patterns=(
            r"(?:[0-9]{1,5} )?kommentar(?:er)?(?: ?\(?[0-9]{1,5}\)?)?|(?:skriv|tilføj|læs|vis|se|efterlad) (?:en |din |alle )?kommentar(?:er)?|svar|annuller svar",
        ),
        drops=("Kommentarer", "Skriv en kommentar"),
        keeps=("Kommentarer fra Paris udeblev.",),
    ),
    Rule(
        name="related_link_da",
        category="related",
        languages=("da",),
        patterns=(
            r"(?:læs|se|hør|mere)(?: (?:også|mere|videre|her|om .{1,40}|fra .{1,40}|alle|hele artiklen)){1,6}(?:(?: ?[:|>→] ?| -|- ) ?.{1,240})?",
            r"relaterede? (?:artikler|artikel|indhold|emner|nyheder)",
            r"mest læste?(?: .{0,30})?",
            r"seneste (?:nyt|nyheder)",
            r"anbefalet.{0,30}",
            r"måske er du.{0,40}",
            r"gå til (?:hoved)?indhold",
            r"til toppen",
            r"forsiden",
        ),
        unless_sentence=True,
        drops=("Læs også: Havnen lukker", "Mest læste"),
        keeps=("Læs bogen to gange, sagde hun.",),
    ),
    Rule(
        name="share_line_da",
        category="share",
        languages=("da",),
        patterns=(
            r"(?:del|kopi[eé]r|print|gem|tweet)(?: (?:artiklen|artikel|link|på|via|denne|med|facebook|twitter|linkedin|mail))*",
            r"følg (?:os(?: på .{1,60})?|.{1,40} på .{1,60})",
        ),
        unless_sentence=True,
        drops=("Del artiklen", "Følg os på Facebook"),
        keeps=("Del af broen faldt.",),
    ),
    Rule(
        name="newsletter_prompt_da",
        category="newsletter",
        languages=("da",),
        patterns=(
            r"nyhedsbreve?",
            r"log (?:ind|ud|på)",
            r"opret (?:konto|bruger|profil)",
            r"artiklen er (?:kun )?for abonnenter.{0,60}",
            r"allerede (?:abonnent|medlem).{0,40}",
        ),
        sentences=(
            r"(?:abonn[eé]r|bliv abonnent|få .{0,40}nyhedsbrev|køb abonnement).{0,120}|prøv(?: .{0,60}(?:gratis|\bkr\b|kroner|krone|måned|abonn|premium|plus|\bnu\b).{0,60})?|tilmeld(?: dig)?(?: .{0,60}(?:nyhed|mail|notifik|brev|abonn| her| nu).{0,60})?",
        ),
        unless_sentence=True,
        drops=("Nyhedsbrev", "Log ind"),
        keeps=("Nyhedsbreve er den nye avis.", "Tilmeld dig inden fredag for at deltage i løbet."),
    ),
    Rule(
        name="photo_credit_da",
        category="photo",
        languages=("da",),
        patterns=(
            r"(?:foto|billede|kilde|grafik|video|arkivfoto|pr-foto|illustration)(?:s)? ?[:/|©] ?[^!?]{2,110}",
            r"arkivfoto.{0,40}",
            r"© ?[^!?]{2,100}",
        ),
        unless_sentence=True,
        drops=("Foto: Ana Ruiz",),
        keeps=("Foto og film brændte.",),
    ),
    Rule(
        name="ad_marker_da",
        category="ads",
        languages=("da",),
        patterns=(
            r"annonce[rn]?|reklamer?|sponsoreret(?: .{0,40})?|artiklen fortsætter.{0,40}|annonce ?[:|-] ?.{0,40}",
        ),
        drops=("Annonce", "Artiklen fortsætter efter annoncen"),
        keeps=("Annoncer i aviser falder.",),
    ),
    Rule(
        name="notice_da",
        category="notices",
        languages=("da",),
        patterns=(
            r"privatlivspolitik",
            r"cookie(?:s|politik|-?indstillinger)?",
            r"(?:acceptér|accepter|afvis) (?:alle|cookies).{0,20}",
            r"kontakt(?: os)?",
            r"om os",
            r"søg",
            r"menu",
            r"luk",
            r"alle rettigheder forbeholdes.{0,60}",
            r"handelsbetingelser",
        ),
        sentences=(
            r"vi bruger cookies.{0,260}",
            r"copyright ?(?:©|\(c\)|[0-9]{4}|by |:).{0,120}",
        ),
        unless_sentence=True,
        drops=("Privatlivspolitik", "Vi bruger cookies på siden."),
        keeps=("Kontakt til skibet gik tabt.",),
    ),
)
