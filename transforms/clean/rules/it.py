"""Italian residue."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_it",
        category="comments",
        languages=("it",),
        patterns=(
            r"(?:[0-9]{1,5} )?comment[oi](?: ?\(?[0-9]{1,5}\)?)?",
            r"(?:lascia|scrivi|aggiungi|inserisci|pubblica|vedi|leggi|mostra|invia|scopri|commenta per primo|sii il primo a)(?: un| il tuo| i| tutti i| una| [0-9]{1,5})* (?:commenti|commento|risposta|commentare)(?: .{0,30})?",
            r"commenta|annulla risposta|rispondi|i commenti sono chiusi|commenti chiusi|partecipa alla (?:conversazione|discussione).{0,30}",
            r"il tuo indirizzo e-?mail non sarà pubblicato.{0,90}",
            r"i campi obbligatori sono.{0,40}",
            r"(?:salva|do il mio consenso).{0,20}(?:nome|cookie).{0,120}",
            r"(?:devi|per|accedi).{0,60}(?:commentare|inviare un commento|pubblicare un commento).{0,40}",
            r"questo sito (?:usa|utilizza) akismet.{0,140}",
        ),
        drops=("Commenti", "12 commenti", "Lascia un commento", "Annulla risposta", "Il tuo indirizzo email non sarà pubblicato."),
        keeps=("Commenti del ministro hanno acceso la piazza.", "Commenta così la sorella del pescatore."),
    ),
    Rule(
        name="related_link_it",
        category="related",
        languages=("it",),
        patterns=(
            r"(?:leggi|leggete|guarda|vedi|ascolta|scopri|approfondisci|approfondimento|continua a leggere|continua|ti potrebbe interessare|potrebbe interessarti|per approfondire|correlati|da leggere)(?: (?:anche|di più|tutto|qui|l'articolo completo|la notizia completa|tutta la notizia|ancora|tutte le notizie.{0,40}|il video|altro|a leggere))*(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:notizie|articoli?|contenuti|temi|argomenti|video|post) (?:correlat[ie]|consigliat[ie]|simili|in evidenza|più (?:lett[ie]|vist[ie])|precedent[ei]|successiv[oi]|recenti|popolari|suggeriti)(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:le |i |gli articoli )?più (?:lette|letti|visti|viste|popolari|recenti|commentati|condivisi|notizie)(?: .{0,30})?|ultime notizie(?: .{0,30})?|ultim'ora|ultima ora|ti potrebbe(?: anche)? interessare.{0,20}|potrebbero interessarti.{0,20}|ti consigliamo.{0,20}|in evidenza|in primo piano|primo piano|vedi tutti|mostra altro|mostra tutto|leggi tutto|leggi di più|vai all'articolo|carica altri|precedente|successivo|torna (?:su|indietro|alla home|all'inizio)(?: .{0,20})?|indice|sommario|tendenze|da non perdere|articolo precedente.{0,120}|articolo successivo.{0,120}|prossimo articolo|altre notizie.{0,30}|altri articoli.{0,30}",
            r"(?:vai|salta) al (?:contenuto|menu)(?: principale)?",
        ),
        unless_sentence=True,
        drops=("Leggi anche: Il porto chiude", "Leggi tutto", "Articoli correlati", "I più letti", "Ti potrebbe interessare", "Continua a leggere"),
        keeps=("Leggi e decreti si contraddicono.", "Continua la pioggia al nord.", "Guarda il mare e tace.", "Precedente scomodo, quello del 1911."),
    ),
    Rule(
        name="share_line_it",
        category="share",
        languages=("it",),
        patterns=(
            r"(?:condividi|condividere|condivisioni|twitta|stampa|invia|copia(?: il)? link|link copiato.{0,10}|salva)(?: (?:questo articolo|l'articolo|la notizia|su|via|per|con|articolo|con un amico|[0-9]{1,6}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail))*",
            r"(?:seguici|segui|iscriviti|resta aggiornato)(?: .{1,40})? (?:su|sui|sulla|al nostro|al canale) (?:nostr.{0,20}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail|google.{0,20}|social|canale).{0,80}",
            r"seguici|segui|social",
        ),
        unless_sentence=True,
        drops=("Condividi", "Condividi su Facebook", "Stampa", "Seguici su Instagram", "Copia link"),
        keeps=("Stampa e governo litigano.", "Condividere l'acqua divide la valle."),
    ),
    Rule(
        name="newsletter_prompt_it",
        category="newsletter",
        languages=("it",),
        patterns=(
            r"newsletters?|(?:iscriviti|iscrizione|abbonati|abbonarsi|registrati|registrazione)(?: .{0,120})?|(?:accedi|effettua il login|login|esci|abbonamenti|abbonamento|il mio account|crea(?: un)? account|il mio profilo)(?: .{0,20})?|(?:sei già|hai già|non hai|password dimenticata|hai dimenticato).{0,60}",
            r"(?:ricevi|ricevere|resta aggiornat[oa]|non perdere|inserisci) .{0,70}(?:newsletter|e-?mail|casella|notifiche|whatsapp|aggiornamenti).{0,140}",
            r"(?:questo|il) (?:contenuto|articolo) è (?:riservato|disponibile solo|esclusiv[oa]).{0,100}|(?:contenuto )?riservato agli abbonati.{0,40}|per continuare a leggere.{0,120}|(?:cliccando|iscrivendoti|proseguendo|registrandoti|chiudendo).{0,260}|scarica (?:la|l'|subito|ora|gratis).{0,20}app.{0,60}|sostieni .{2,50}",
        ),
        unless_sentence=True,
        drops=("Newsletter", "Iscriviti alla newsletter", "Accedi", "Ricevi le notizie via e-mail", "Contenuto riservato agli abbonati"),
        keeps=("La newsletter del sindaco fa discutere.", "Abbonamenti e copie calano.", "Iscrizione a ruolo per duecento famiglie della valle, scrive il giudice nel decreto."),
    ),
    Rule(
        name="photo_credit_it",
        category="photo",
        languages=("it",),
        patterns=(
            r"(?:foto|fotografia|immagin[ei]|crediti?|credits?|font[ei]|illustrazione|infografica|video|didascalia|copertina)(?: ?(?:di|da|©|d'archivio|di repertorio))? ?[:/|©] ?[^!?]{2,110}",
            r"(?:foto|immagine) (?:d'archivio|di repertorio|di copertina|generica)(?: .{0,60})?|foto di [^.!?]{2,60}|© ?[^!?]{2,100}|fotogallery|gallery|galleria(?: fotografica)?|ingrandisci|riproduzione riservata.{0,60}|©? ?riproduzione riservata.{0,60}|fotogramma",
        ),
        unless_sentence=True,
        drops=("Foto: Ana Ruiz", "Credit: Bo Li", "Fonte: Radio Porto", "Foto d'archivio", "© Riproduzione riservata"),
        keeps=("Foto e lettere bruciarono.", "Fonti del ministero smentiscono.", "Immagini forti dalla piazza."),
    ),
    Rule(
        name="ad_marker_it",
        category="ads",
        languages=("it",),
        patterns=(
            r"pubblicità|annunci|annuncio|contenuto sponsorizzato|sponsorizzato(?: da .{1,30})?|pubblicità[ :|-]{1,3}.{0,50}|continua (?:a leggere )?dopo la pubblicità|l'articolo (?:continua|prosegue).{0,40}|(?:informazione|messaggio) (?:promozionale|pubblicitari[ao])|contenuto promozionale",
        ),
        drops=("Pubblicità", "Contenuto sponsorizzato", "L'articolo continua dopo la pubblicità"),
        keeps=("Pubblicità e stampa vivono insieme.", "Annunci così non ingannano più."),
    ),
    Rule(
        name="notice_it",
        category="notices",
        languages=("it",),
        patterns=(
            r"note legali|informativa (?:sulla )?(?:privacy|cookie).{0,30}|privacy(?: policy)?|cookie policy|(?:gestisci|preferenze|impostazioni|rifiuta|accetta)(?: tutti| i| sui)*(?: cookie)?|termini (?:e condizioni|d'uso|di servizio).{0,30}|condizioni (?:d'uso|generali).{0,30}|mappa del sito|contatti|contattaci|chi siamo|menu|cerca|chiudi|accessibilità|lavora con noi|redazione|gerenza|pubblicità e.{0,20}",
            r"(?:utilizziamo|usiamo|questo sito|il sito|noi e).{0,60}(?:cookie).{0,280}",
            r"(?:per|attiva|abilita|si prega).{0,60}(?:javascript|ad ?block).{0,120}",
            r"(?:questo video|questo contenuto|il video) (?:non|è).{0,100}",
            r"tutti i diritti riservati.{0,140}|copyright.{0,140}|(?:è )?vietata la riproduzione.{0,160}|(?:questo|l')articolo è (?:apparso|stato pubblicato).{0,160}",
        ),
        unless_sentence=True,
        drops=("Note legali", "Informativa sulla privacy", "Accetta i cookie", "Utilizziamo i cookie per migliorare il sito.", "Tutti i diritti riservati."),
        keeps=("Contatti con la nave persi lunedì.", "Cerca il figlio da tre anni."),
    ),
    Rule(
        name="tag_line_it",
        category="tags",
        languages=("it",),
        patterns=(
            r"(?:etichette|temi|tag|tags|argomenti|parole chiave|categori[ae]|sezion[ei]|pubblicato in|altro su) ?[:|] ?.{1,200}",
            r"etichette|parole chiave|argomenti|tag",
        ),
        unless_sentence=True,
        drops=("Tag: porto, piena", "Argomenti: porto", "Categoria: Politica"),
        keeps=("Temi così dividono il paese.", "Argomenti simili non bastano."),
    ),
    Rule(
        name="reading_time_it",
        category="counters",
        languages=("it",),
        patterns=(
            r"(?:tempo di lettura|lettura|durata) ?:? ?(?:di )?[0-9]{1,3}.{0,16}|[0-9]{1,3} ?min(?:uti|uto)?\.? di lettura|[0-9]{1,2} (?:minuti|ore|giorni|settimane|mesi) fa|(?:pubblicato|aggiornato|modificato|ultimo aggiornamento|creato)(?: (?:il|alle|da))? ?:? ?[^!?]{0,30}[0-9].{0,80}",
        ),
        unless_sentence=True,
        drops=("Tempo di lettura: 3 min", "Pubblicato il 24 aprile 2024", "2 ore fa"),
        keeps=("Due anni fa il ponte stava in piedi.", "Pubblicato nel 1911, il libro sparì in pochi giorni e non tornò mai in tipografia, secondo la nipote."),
    ),
    Rule(
        name="author_box_it",
        category="author",
        languages=("it",),
        patterns=(
            r"(?:informazioni )?sull'autore|(?:tutti gli|vedi gli|altri|leggi gli) articoli di .{1,50}|autore|autrice|.{2,60} è (?:un|una) giornalista (?:di|del|della|per|che|e).{0,200}|(?:contatti|scrivi a|e-?mail) ?:? ?[\w.+-]{1,40}@[\w.-]{3,40}",
        ),
        drops=("Sull'autore", "Tutti gli articoli di Ana Ruiz"),
        keeps=("L'autore dello sparo è in fuga.",),
    ),
    Rule(
        name="correction_it",
        category="correction",
        languages=("it",),
        patterns=(
            r"(?:correzione|errata corrige|rettifica|precisazione|nota della redazione|nota dell'editore|ndr) ?[:—-] ?.{10,600}",
            r"una (?:precedente|prima) versione (?:di questo|dell').{0,500}",
            r"questo articolo è stato (?:corretto|aggiornato|modificato).{0,300}",
        ),
        drops=("Errata corrige: il nome del porto era sbagliato.", "Una precedente versione di questo articolo dava una data errata."),
        keeps=("Correzione dei conti, promette il sindaco.", "Una prima versione del ponte cadde."),
    ),
    Rule(
        name="glued_link_it",
        category="related",
        languages=("it",),
        place="end",
        patterns=(
            r"(?:leggi anche|leggi tutto|continua a leggere|vedi anche|leggi di più|guarda anche)(?: ?[:|] ?[^!?]{4,160})?[ .…»>→]{0,6}",
        ),
        drops=("Il fiume sale. [[Leggi anche: Il consiglio vota]]", "Il fiume sale. [[Leggi tutto]]"),
        keeps=("Aprì il libro. Leggi di più, gli dissero tutti.",),
    ),
)
