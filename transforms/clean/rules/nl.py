"""Dutch residue."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_nl",
        category="comments",
        languages=("nl",),
        patterns=(
            r"(?:[0-9]{1,5} )?reacties?(?: ?\(?[0-9]{1,5}\)?)?",
            r"(?:laat|schrijf|plaats|geef|bekijk|lees|toon|voeg|wees de eerste)(?: een| je| uw| de| alle| hier| toe)* (?:reacties?|antwoord|commentaar)(?: .{0,30})?",
            r"reageer|reageren|beantwoorden|antwoord annuleren|reactie annuleren|reacties zijn gesloten|praat mee.{0,30}|reageer op dit artikel",
            r"(?:je|uw|jouw) e-?mailadres (?:wordt|zal) niet.{0,90}",
            r"(?:vereiste|verplichte) velden zijn.{0,40}",
            r"mijn naam, e-?mail.{0,110}",
            r"(?:je moet|u moet|log in).{0,60}(?:reageren|reactie|ingelogd).{0,40}",
        ),
        drops=("Reacties", "12 reacties", "Laat een reactie achter", "Reageer", "Je e-mailadres wordt niet gepubliceerd."),
        keeps=("Reacties uit Parijs bleven uit.", "Reageren wilde de minister niet.", "Lees de reactie van de burgemeester op pagina vier van de krant van vandaag."),
    ),
    Rule(
        name="related_link_nl",
        category="related",
        languages=("nl",),
        patterns=(
            r"(?:lees|bekijk|kijk|luister|zie|meer|ontdek|klik hier)(?: (?:ook|meer|verder|hier|hierover|over .{1,50}|het hele (?:artikel|verhaal)|alles over .{1,40}|dit|nu|terug|uit .{1,30}|van .{1,30}|nieuws|verhalen|artikelen|informatie))*(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:gerelateerde?|verwante|vergelijkbare|aanbevolen|populaire|andere|recente|vorige?|volgende?|uitgelichte?) (?:artikelen|artikel|berichten?|nieuws|onderwerpen|verhalen|links|video's|posts?|content|inhoud)(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:meest|best) (?:gelezen|bekeken|populair|recent|gedeeld)(?: .{0,30})?|laatste nieuws(?: .{0,30})?|het laatste nieuws.{0,20}|net binnen|aanbevolen(?: .{0,20})?|aanraders|dit vind je misschien ook.{0,30}|misschien (?:ook|vind).{0,40}|gerelateerd|verder lezen|lees verder|lees meer|toon meer|bekijk alles|bekijk meer|laad meer|volgende|vorige|terug(?: naar .{0,30})?|naar boven|inhoudsopgave|inhoud|uitgelicht|trending|mis het niet|tips|topverhalen",
            r"(?:ga|spring|direct|doorgaan|naar)(?: direct)?(?: naar)?(?: de)? (?:hoofdinhoud|inhoud|hoofdnavigatie|navigatie|artikel)",
        ),
        unless_sentence=True,
        drops=("Lees ook: De haven sluit", "Lees meer", "Gerelateerde artikelen", "Meest gelezen", "Zie ook: De vloed van 1911", "Lees verder"),
        keeps=("Lees en schrijf leerde hij in de cel.", "Meer dan twintig schepen liggen stil.", "Terug naar zijn dorp wilde hij niet meer, zei hij tegen de rechter.", "Volgende week stemt de raad."),
    ),
    Rule(
        name="share_line_nl",
        category="share",
        languages=("nl",),
        patterns=(
            r"(?:deel|delen|tweet|print|printen|afdrukken|verstuur|kopieer(?: de)? link|link gekopieerd.{0,10}|bewaar|opslaan|bewaren)(?: (?:dit artikel|artikel|het artikel|dit|deze pagina|op|via|met|per|verhaal|met vrienden|[0-9]{1,6}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail))*",
            r"(?:volg|like|abonneer)(?: (?:ons|je|.{1,40}))? (?:op|via) (?:ons .{0,20}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail|google.{0,20}|sociale).{0,80}",
            r"volg ons|volg|volgen|sociale media",
        ),
        unless_sentence=True,
        drops=("Deel dit artikel", "Delen op Facebook", "Print", "Volg ons op Instagram", "Kopieer link"),
        keeps=("Delen wilde de broer niet.", "Print sterft uit, zegt de drukker.", "Deel twee begon na de pauze."),
    ),
    Rule(
        name="newsletter_prompt_nl",
        category="newsletter",
        languages=("nl",),
        patterns=(
            r"nieuwsbrie(?:f|ven)|newsletter|(?:schrijf je in|schrijf u in|meld je aan|meld u aan|aanmelden|inschrijven|abonneer|abonneren|word (?:lid|abonnee)|registreren|registreer)(?: .{0,120})?|inloggen|log in|login|uitloggen|mijn account|account aanmaken|abonnement(?:en)?|abonneren|wachtwoord vergeten.{0,4}|(?:heb je|bent u|al|nog geen) (?:al )?(?:een )?(?:abonnee|account|abonnement|lid).{0,60}",
            r"(?:ontvang|mis|blijf|vul|krijg) .{0,70}(?:nieuwsbrief|e-?mail|mailbox|inbox|op de hoogte|e-?mailadres).{0,140}",
            r"(?:dit|deze) (?:artikel|inhoud|content|verhaal) is (?:alleen|exclusief|enkel|voorbehouden).{0,100}|(?:alleen )?(?:exclusief )?voor (?:abonnees|leden).{0,40}|om (?:verder|dit artikel|door) te lezen.{0,120}|lees (?:verder|dit artikel) met .{2,60}|door (?:je|u|te) .{0,40}(?:akkoord|voorwaarden|privacy).{0,160}|download (?:de|onze|nu).{0,20}app.{0,60}|steun .{2,50}",
        ),
        unless_sentence=True,
        drops=("Nieuwsbrief", "Schrijf je in voor onze nieuwsbrief", "Inloggen", "Ontvang het nieuws per e-mail", "Dit artikel is alleen voor abonnees"),
        keeps=("De nieuwsbrief van de burgemeester viel slecht.", "Abonnementen lopen terug.", "Door te schieten, zei hij, won niemand."),
    ),
    Rule(
        name="photo_credit_nl",
        category="photo",
        languages=("nl",),
        patterns=(
            r"(?:foto's|foto|beeld|afbeelding(?:en)?|bron(?:nen)?|illustratie|infographic|video|fotografie|credits?)(?: ?(?:van|door|©|ter illustratie|uit archief))? ?[:/|©] ?[^!?]{2,110}",
            r"(?:foto|beeld) (?:ter illustratie|uit archief|door [^.!?]{2,50}|van [^.!?]{2,50})|archieffoto.{0,40}|archiefbeeld.{0,40}|stockfoto.{0,30}|© ?[^!?]{2,100}|fotogalerij|fotoserie|vergroot.{0,20}",
        ),
        unless_sentence=True,
        drops=("Foto: Ana Ruiz", "Beeld: Bo Li", "Bron: Radio Haven", "Archieffoto", "© ANP"),
        keeps=("Foto's van de vloed hangen in het raadhuis.", "Bronnen bij het ministerie bevestigen het.", "Beeld en geluid kwamen te laat."),
    ),
    Rule(
        name="ad_marker_nl",
        category="ads",
        languages=("nl",),
        patterns=(
            r"advertenties?|reclame|gesponsord(?: door .{1,30})?|(?:artikel|tekst) gaat verder (?:onder|na).{0,40}|advertentie[ :|-]{1,3}.{0,50}|lees verder (?:na|onder) (?:de )?advertentie|(?:tekst loopt|dit artikel gaat) .{0,20}(?:door|verder).{0,40}|partnercontent|partner content|branded content",
        ),
        drops=("Advertentie", "Lees verder na de advertentie", "Gesponsord"),
        keeps=("Advertenties in kranten nemen af.", "Reclame voor tabak blijft verboden."),
    ),
    Rule(
        name="notice_nl",
        category="notices",
        languages=("nl",),
        patterns=(
            r"privacy(?:verklaring|beleid|statement|-?instellingen)?|cookie(?:beleid|verklaring|-?instellingen|s accepteren|s weigeren|s)|(?:algemene |gebruiks)voorwaarden|disclaimer|(?:alles )?(?:accepteren|weigeren)|contact|over ons|zoeken|zoek|menu|sluiten|sluit|toegankelijkheid|werken bij|vacatures|adverteren|colofon|voorpagina|klantenservice|veelgestelde vragen",
            r"(?:wij|we|deze (?:web)?site|onze (?:web)?site).{0,40}(?:gebruik|gebruikt|gebruiken|plaatsen).{0,30}cookies.{0,260}",
            r"(?:om|schakel|zet).{0,60}(?:javascript|adblocker|ad blocker).{0,120}",
            r"(?:deze video|deze inhoud|de video) (?:is|kan|wordt).{0,100}",
            r"alle rechten voorbehouden.{0,140}|copyright.{0,140}|niets uit deze .{0,160}|(?:dit artikel|dit stuk) (?:verscheen|is) (?:eerder|oorspronkelijk|eerst).{0,160}|auteursrecht.{0,60}voorbehouden.{0,40}",
        ),
        unless_sentence=True,
        drops=("Privacyverklaring", "Cookiebeleid", "Accepteren", "Wij gebruiken cookies om de site te verbeteren.", "Alle rechten voorbehouden."),
        keeps=("Contact met het schip ging maandag verloren.", "Zoek het zelf uit, zei de boer.", "De video ging de wereld over."),
    ),
    Rule(
        name="tag_line_nl",
        category="tags",
        languages=("nl",),
        patterns=(
            r"(?:onderwerpen|onderwerp|tags|trefwoorden|categorie(?:ën)?|rubriek(?:en)?|meer over|thema's|dossier|geplaatst in) ?[:|] ?.{1,200}",
            r"trefwoorden|onderwerpen|tags",
        ),
        unless_sentence=True,
        drops=("Onderwerpen: haven, vloed", "Tags: haven", "Categorie: Politiek"),
        keeps=("Onderwerpen als deze verdelen de raad.",),
    ),
    Rule(
        name="reading_time_nl",
        category="counters",
        languages=("nl",),
        patterns=(
            r"(?:leestijd|leesduur|duur) ?:? ?(?:ca\. |ongeveer )?[0-9]{1,3}.{0,16}|[0-9]{1,3} ?min(?:uten|uut)?\.? (?:leestijd|lezen|leesduur)|[0-9]{1,2} (?:minuten|uur|uren|dagen|weken|maanden) geleden|(?:gepubliceerd|bijgewerkt|geplaatst|laatst (?:bijgewerkt|gewijzigd)|laatste update|aangepast|gewijzigd|update)(?: (?:op|om|door))? ?:? ?[^!?]{0,30}[0-9].{0,80}",
        ),
        unless_sentence=True,
        drops=("Leestijd: 3 min", "Gepubliceerd op 24 april 2024", "2 uur geleden"),
        keeps=("Twee jaar geleden stond de brug er nog.", "Gepubliceerd in 1911 verkocht het boek binnen dagen uit en daarna zweeg de schrijver, zegt zijn kleindochter."),
    ),
    Rule(
        name="author_box_nl",
        category="author",
        languages=("nl",),
        patterns=(
            r"over de auteurs?|(?:alle|meer|bekijk alle) (?:artikelen|berichten|verhalen) van .{1,50}|auteurs?|redactie|.{2,60} is (?:journalist|redacteur|verslaggever|correspondent) (?:bij|van|voor|en|in).{0,200}|(?:tip de redactie|mail(?: naar)?|contact) ?:? ?[\w.+-]{1,40}@[\w.-]{3,40}.{0,40}|tip de redactie.{0,60}",
        ),
        drops=("Over de auteur", "Alle artikelen van Ana Ruiz"),
        keeps=("De auteur van de brief is onbekend.",),
    ),
    Rule(
        name="correction_nl",
        category="correction",
        languages=("nl",),
        patterns=(
            r"(?:correctie|rectificatie|verbetering|naschrift|noot van de redactie|aanvulling) ?[:—-] ?.{10,600}",
            r"in een (?:eerdere|vorige|oude) versie van dit.{0,500}",
            r"dit (?:artikel|bericht|stuk) is (?:aangepast|gecorrigeerd|bijgewerkt|gewijzigd).{0,300}",
        ),
        drops=("Correctie: de naam van de haven was fout gespeld.", "In een eerdere versie van dit artikel stond een verkeerde datum."),
        keeps=("Correctie van de rivier begon in 1911.", "In een eerdere versie van de brug zat hout."),
    ),
    Rule(
        name="glued_link_nl",
        category="related",
        languages=("nl",),
        place="end",
        patterns=(
            r"(?:lees ook|lees verder|lees meer|zie ook|bekijk ook|lees hier)(?: ?[:|] ?[^!?]{4,160})?[ .…»>→]{0,6}",
        ),
        drops=("De rivier steeg. [[Lees ook: De raad stemt]]", "De rivier steeg. [[Lees meer]]"),
        keeps=("Hij sloeg het boek open. Lees meer boeken, zei zijn moeder.",),
    ),
)
