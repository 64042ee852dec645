"""French residue."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_fr",
        category="comments",
        languages=("fr",),
        patterns=(
            r"(?:[0-9]{1,5} )?commentaires?(?: ?\(?[0-9]{1,5}\)?)?",
            r"(?:laisser|laissez|ajouter|ajoutez|écrire|écrivez|poster|publier|voir|lire|afficher|soyez le premier à)(?: un| votre| les| tous les| le premier| des| [0-9]{1,5}| laisser un)* (?:commentaires?|réponse|réagir)(?: .{0,30})?",
            r"(?:réagir|réagissez|annuler la réponse|répondre|les commentaires sont fermés|commentaires fermés|vos réactions|réactions(?: ?\([0-9]{1,5}\))?|participer à la (?:conversation|discussion)|rejoindre la conversation|signaler(?: un (?:abus|commentaire))?)",
            r"votre adresse (?:e-?mail|de messagerie|courriel) ne sera pas publiée.{0,90}",
            r"les champs obligatoires sont.{0,40}",
            r"enregistrer mon nom,? mon e-?mail.{0,100}",
            r"(?:vous devez|connectez-vous|identifiez-vous).{0,50}(?:commenter|commentaire|réagir|réaction).{0,30}",
            r"ce site utilise akismet.{0,140}",
        ),
        drops=("Commentaires", "12 commentaires", "Laisser un commentaire", "Annuler la réponse", "Réagir", "Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *"),
        keeps=("Commentaires et rumeurs allaient bon train.", "Réagir vite, dit-elle, sauve des vies.", "Les commentaires du ministre ont surpris."),
    ),
    Rule(
        name="related_link_fr",
        category="related",
        languages=("fr",),
        patterns=(
            r"(?:lire|à lire|voir|à voir|lisez|écouter|à écouter|regarder|découvrir|lire/voir|relire|à relire|retrouvez)(?: (?:aussi|également|la suite|plus|notre .{1,30}|l'article(?: complet| en entier)?|tous les articles.{0,30}|sur .{1,40}|en|plus tard|les|ici|toute l'actualité.{0,60}))*(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:en savoir plus|pour aller plus loin|sur le même (?:sujet|thème)|articles? (?:liés?|connexes?|similaires?|recommandés?|associés?|suivant|précédent)|à ne pas manquer|ne manquez pas|à découvrir(?: aussi)?|(?:les )?plus (?:lus|lues|populaires|partagés|récents)|(?:les articles )?les plus lus|les plus commentés|dernières? (?:actualités?|nouvelles|infos?|minute)|derniers articles|à la une|l'essentiel|nos recommandations|recommandé(?:s)?(?: pour vous)?|vous (?:aimerez|pourriez|devriez) (?:aussi )?.{0,30}(?:aimer|aussi|intéresser|lire)?|plus d'(?:articles|actualités|infos).{0,40}|voir plus|voir tout|afficher plus|suite|suivant|précédent|retour(?: .{0,30})?|haut de page|retour en haut|autres articles|dans la même rubrique|sur le même sujet|le plus lu|tous les articles|sommaire|dossiers?|voir aussi|lire plus)(?: ?[:|»>→-] ?.{1,240})?",
            r"aller au (?:contenu|menu)(?: principal)?|accéder (?:au|à) .{1,30}|passer au contenu.{0,20}",
        ),
        unless_sentence=True,
        drops=("À lire aussi : Le port ferme", "Lire aussi : La crue de 1911", "En savoir plus", "Sur le même sujet", "Les plus lus", "Lire la suite"),
        keeps=("Lire et écrire, il l'apprit en prison.", "Voir la mer suffit à son bonheur.", "Suite à la crue, le pont est fermé.", "Retour au calme hier dans la vallée."),
    ),
    Rule(
        name="share_line_fr",
        category="share",
        languages=("fr",),
        patterns=(
            r"(?:partager|partagez|partages?|tweeter|imprimer|envoyer|copier le lien|lien copié.{0,10}|enregistrer|sauvegarder|offrir(?: l'article)?|épingler)(?: (?:cet article|l'article|la page|sur|par|via|le lien|cette page|ce contenu|discussion|[0-9]{1,6}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|xing|e-?mail|mail))*",
            r"(?:suivre|suivez|rejoignez|retrouvez|abonnez-vous à|likez)(?:-nous|-moi| nous| le| la| l'.{1,20}| .{1,40})?(?: (?:sur|via) .{1,100})",
            r"suivez-nous|nous suivre|suivre|abonnez-vous à notre (?:page|chaîne).{0,60}|[0-9.,]{1,8}k? partages",
        ),
        unless_sentence=True,
        drops=("Partager", "Partager sur Facebook", "Imprimer", "Suivez-nous sur Instagram", "Copier le lien"),
        keeps=("Partager l'eau divise la vallée.", "Imprimer coûte cher, dit l'éditeur.", "Suivre la côte prend trois jours."),
    ),
    Rule(
        name="newsletter_prompt_fr",
        category="newsletter",
        languages=("fr",),
        patterns=(
            r"newsletters?|infolettres?|s'inscrire(?: .{0,60})?|(?:je m')?(?:abonne(?:z-vous)?|inscrivez-vous|m'inscris|m'abonne)(?: .{0,120})?|s'abonner(?: .{0,60})?|abonnements?|se connecter|connexion|connectez-vous|déconnexion|mon compte|créer un compte|déjà (?:abonné|inscrit|un compte).{0,60}|mot de passe oublié.{0,20}|identifiez-vous.{0,40}|espace abonnés?",
            r"(?:recevez|recevoir|retrouvez|ne ratez|ne manquez|votre|entrez|saisissez|indiquez) .{0,60}(?:newsletter|infolettre|boîte mail|par e-?mail|adresse e-?mail|adresse mail|courriel).{0,140}",
            r"(?:cet article|ce contenu|la suite|l'article|cet article complet) (?:est|vous est) (?:réservée?|exclusi).{0,120}|article réservé (?:à nos|aux) abonnés.{0,120}|réservé aux abonnés|il vous reste [0-9.,]{1,6} ?%.{0,100}|pour lire la suite.{0,100}|votre abonnement n'autorise.{0,100}|en (?:cliquant|vous inscrivant|validant|renseignant|continuant|poursuivant|vous abonnant).{0,260}|(?:téléchargez|télécharger) (?:notre|l'|l'|gratuitement ).{0,60}application.{0,60}|soutenez .{2,60}|faire un don|je fais un don",
        ),
        unless_sentence=True,
        drops=("Newsletter", "S'inscrire", "Abonnez-vous pour lire la suite", "Cet article est réservé aux abonnés.", "Recevez la newsletter du soir par e-mail"),
        keeps=("La newsletter du maire fait débat.", "Abonnements et ventes ont baissé."),
    ),
    Rule(
        name="photo_credit_fr",
        category="photo",
        languages=("fr",),
        patterns=(
            r"(?:photos?|crédits?(?: photos?)?|image|images|illustration|source|sources|infographie|photographie|légende|vidéo|visuel|montage)(?: ?(?:de|par|©|d'illustration|d'archives?))? ?[:/|©] ?[^!?]{2,110}",
            r"(?:photo|image) (?:d'illustration|d'archives?|prétexte)(?: .{0,60})?|crédit(?:s)?(?: photos?)?|© ?[^!?]{2,100}|diaporama|(?:voir|agrandir) (?:l'image|la photo|le diaporama).{0,30}|(?:avec|source) (?:l'|la )?(?:afp|reuters|ap)(?: et .{1,30})?|\(?(?:avec|source) afp",
        ),
        unless_sentence=True,
        drops=("Photo : Ana Ruiz", "Crédit photo : Bo Li", "Source : Radio Port", "© Radio Port", "Photo d'illustration"),
        keeps=("Photos et lettres ont brûlé.", "Sources et puits sont à sec.", "Image forte hier au port : deux navires échoués, disait le maire, et aucun marin à bord pour les sauver."),
    ),
    Rule(
        name="ad_marker_fr",
        category="ads",
        languages=("fr",),
        patterns=(
            r"publicités?|annonces?|pub|contenu sponsorisé|sponsorisé(?: par .{1,30})?|la suite après (?:la|cette) publicité|publicité[ :|-]{1,3}.{0,50}|partenariat|contenu partenaire|fermer la publicité|la suite de l'article.{0,40}publicité.{0,20}",
        ),
        drops=("Publicité", "La suite après la publicité", "Contenu sponsorisé"),
        keeps=("Publicité et presse vivent ensemble.", "La pub du village a rouvert."),
    ),
    Rule(
        name="notice_fr",
        category="notices",
        languages=("fr",),
        patterns=(
            r"mentions légales|politique de (?:confidentialité|cookies|protection.{0,30})|(?:gérer|gestion|paramétrer|paramètres|préférences)(?: (?:mes|les|des|de))? ?cookies|données personnelles|cgu|cgv|conditions générales.{0,40}|(?:tout )?(?:accepter|refuser)(?: (?:et|les|tous|tout) .{1,30})?|continuer sans accepter.{0,10}|plan du site|contact(?:ez-nous)?|nous contacter|qui sommes-nous|menu|rechercher|recherche|fermer|accessibilité.{0,30}|ouvrir le menu|confidentialité",
            r"(?:nous|ce site|notre site|le site).{0,40}utilis\w{1,5}.{0,40}cookies.{0,260}",
            r"(?:pour|veuillez|merci d').{0,50}(?:javascript|activer les cookies|accepter les cookies|désactiver votre bloqueur).{0,140}",
            r"(?:cette vidéo|ce contenu|la vidéo) (?:est|n'est|n'a|ne peut).{0,120}",
            r"(?:tous )?droits (?:de reproduction )?réservés.{0,100}|copyright.{0,140}|toute reproduction.{0,160}|(?:cet article|ce texte) (?:est|a été) (?:d'abord |initialement |republié|publié|paru).{0,200}|reproduction interdite.{0,60}",
        ),
        unless_sentence=True,
        drops=("Mentions légales", "Politique de confidentialité", "Tout accepter", "Nous utilisons des cookies pour améliorer le site.", "Tous droits réservés."),
        keeps=("Contact fut pris dès lundi.", "Accepter ou refuser, il fallait choisir.", "Recherche et soins manquent d'argent."),
    ),
    Rule(
        name="tag_line_fr",
        category="tags",
        languages=("fr",),
        patterns=(
            r"(?:mots[- ]clés|tags|thèmes?|thématiques?|étiquettes?|catégories?|rubriques?|sujets?|classé dans|publié dans|plus sur|en relation) ?[:|] ?.{1,200}",
            r"mots[- ]clés|étiquettes|thématiques",
        ),
        unless_sentence=True,
        drops=("Mots-clés : port, crue", "Tags : port", "Publié dans : Politique"),
        keeps=("Tags et affiches couvrent le mur.", "Thème du jour, le blé monte."),
    ),
    Rule(
        name="reading_time_fr",
        category="counters",
        languages=("fr",),
        patterns=(
            r"(?:temps de lecture|lecture|durée) ?:? ?(?:environ )?[0-9]{1,3}.{0,16}|[0-9]{1,3} ?min(?:utes?)?\.? (?:de lecture|de lecture estimée)?|il y a [0-9]{1,2} (?:minutes?|heures?|jours?|semaines?|mois|h|min)|(?:publié|mis à jour|modifié|màj|mise à jour|dernière mise à jour|posté|actualisé|écrit)(?: (?:le|à|par|il y a))? ?:? ?[^!?]{0,30}[0-9].{0,80}",
        ),
        unless_sentence=True,
        drops=("Temps de lecture : 3 min", "Publié le 24 avril 2024 à 10h02", "il y a 2 heures"),
        keeps=("Il y a deux ans, le pont tenait.", "Publié en 1911, le roman n'a été relu qu'à la mort de son auteur, par hasard, dans une gare."),
    ),
    Rule(
        name="author_box_fr",
        category="author",
        languages=("fr",),
        patterns=(
            r"à propos de l'auteure?|(?:tous|voir) (?:les|ses|tous les) (?:articles|publications|contenus) de .{1,50}|l'auteur|auteure?s?|la rédaction|à propos|qui suis-je|.{2,60} est journaliste (?:à|au|pour|chez|spécialisé).{0,200}|contacter l'auteur.{0,30}|(?:contact|écrire à|mail) ?:? ?[\w.+-]{1,40}@[\w.-]{3,40}",
        ),
        drops=("À propos de l'auteur", "Tous les articles de Ana Ruiz"),
        keeps=("L'auteur du tir est en fuite.", "La rédaction du texte prit un an."),
    ),
    Rule(
        name="correction_fr",
        category="correction",
        languages=("fr",),
        patterns=(
            r"(?:correction|rectificatif|erratum|précision|note de la rédaction|mise au point|ndlr) ?[:—-] ?.{10,600}",
            r"(?:une (?:première|précédente)|dans une (?:première|précédente)) version (?:de cet article|de ce texte|du texte).{0,500}",
            r"(?:cet article|ce texte) a été (?:modifié|corrigé|mis à jour|actualisé).{0,300}",
        ),
        drops=("Rectificatif : le nom du port a été mal orthographié.", "Une première version de cet article donnait une date fausse."),
        keeps=("Corrections et ajouts prirent un an.", "Précision et patience, dit-il."),
    ),
    Rule(
        name="glued_link_fr",
        category="related",
        languages=("fr",),
        place="end",
        patterns=(
            r"(?:lire aussi|à lire aussi|lire la suite|voir aussi|en savoir plus|lire également|à lire également)(?: ?[:|] ?[^!?]{4,160})?[ .…»>→]{0,6}",
        ),
        drops=("Le fleuve monte. [[Lire aussi : Le conseil vote]]", "Le fleuve monte. [[Lire la suite]]"),
        keeps=("Il ouvrit le livre. Lire la suite lui prit une nuit.",),
    ),
)
