"""Polish boilerplate."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_pl",
        category="comments",
        languages=("pl",),
        patterns=(
            r"(?:[0-9]{1,5} )?komentarz(?:e|y)?(?: ?\(?[0-9]{1,5}\)?)?|(?:dodaj|napisz|zostaw|zobacz|czytaj) (?:swój |wszystkie )?komentarz(?:e)?|odpowiedz|anuluj odpowiedź",
        ),
        drops=("Komentarze", "Dodaj komentarz"),
        keeps=("Komentarze z Paryża nie nadeszły.",),
    ),
    Rule(
        name="related_link_pl",
        category="related",
        languages=("pl",),
        patterns=(
            r"(?:czytaj|przeczytaj|zobacz|posłuchaj|sprawdź|więcej)(?: (?:też|także|również|więcej|dalej|tutaj|o .{1,40}|na temat .{1,40}|cały artykuł))*(?:(?: ?[:|>→] ?| -|- ) ?.{1,240})?",
            r"(?:powiązane|podobne|polecane|inne|ostatnie|najnowsze|popularne) (?:artykuły|tematy|treści|wiadomości|wpisy)",
            r"najczęściej czytane",
            r"najpopularniejsze",
            r"najnowsze",
            r"polecamy.{0,30}",
            r"przejdź do (?:głównej )?treści",
            r"do góry",
        ),
        unless_sentence=True,
        drops=("Czytaj też: Port zamknięty", "Polecamy"),
        keeps=("Czytaj powoli, mówiła matka.",),
    ),
    Rule(
        name="share_line_pl",
        category="share",
        languages=("pl",),
        patterns=(
            r"(?:udostępnij|podziel się|kopiuj|drukuj|zapisz|tweetnij|wyślij)(?: (?:artykuł|link|na|przez|ten|facebooku|facebook|twitter|znajomym))*",
            r"(?:obserwuj|śledź|polub)(?: nas)?(?: na .{1,60})?",
        ),
        unless_sentence=True,
        drops=("Udostępnij", "Obserwuj nas na Facebooku"),
        keeps=("Zapisz to, powiedział sędzia.",),
    ),
    Rule(
        name="newsletter_prompt_pl",
        category="newsletter",
        languages=("pl",),
        patterns=(
            r"newsletter",
            r"zaloguj(?: się)?.{0,40}",
            r"wyloguj(?: się)?",
            r"załóż konto",
            r"zarejestruj się",
            r"masz już konto.{0,40}",
            r"artykuł (?:dostępny )?(?:tylko )?dla (?:prenumeratorów|subskrybentów).{0,60}",
        ),
        sentences=(
            r"(?:zaprenumeruj|subskrybuj|zasubskrybuj|wykup|kup dostęp).{0,120}|zapisz się(?: .{0,60}(?:newsletter|mail|powiadom|biuletyn|wiadomo|subskry|już).{0,60})?",
        ),
        unless_sentence=True,
        drops=("Newsletter", "Zaloguj się"),
        keeps=("Newsletter burmistrza budzi spory.",),
    ),
    Rule(
        name="photo_credit_pl",
        category="photo",
        languages=("pl",),
        patterns=(
            r"(?:foto|fot\.?|zdjęcie|zdjęcia|źródło|autor zdjęcia|grafika|wideo) ?[:/|©.] ?[^!?]{2,110}",
            r"© ?[^!?]{2,100}",
        ),
        unless_sentence=True,
        drops=("Fot. Ana Ruiz",),
        keeps=("Zdjęcia i listy spłonęły.",),
    ),
    Rule(
        name="ad_marker_pl",
        category="ads",
        languages=("pl",),
        patterns=(
            r"reklama|reklamy|materiał (?:sponsorowany|partnera|promocyjny).{0,40}|dalsza część (?:artykułu|tekstu|materiału|pod|poniżej|znajduje|dostępna).{0,50}|artykuł sponsorowany",
        ),
        drops=("Reklama",),
        keeps=("Reklama tytoniu jest zakazana.",),
    ),
    Rule(
        name="notice_pl",
        category="notices",
        languages=("pl",),
        patterns=(
            r"polityka prywatności",
            r"polityka cookies",
            r"regulamin",
            r"(?:akceptuj|odrzuć|zaakceptuj) (?:wszystkie|cookies|pliki).{0,30}",
            r"kontakt",
            r"o nas",
            r"szukaj",
            r"menu",
            r"zamknij",
            r"wszelkie prawa zastrzeżone.{0,80}",
        ),
        sentences=(
            r"(?:używamy|korzystamy|ta strona używa|strona korzysta).{0,30}(?:cookies|ciasteczek).{0,260}",
            r"copyright ?(?:©|\(c\)|[0-9]{4}|by |:).{0,120}",
        ),
        unless_sentence=True,
        drops=("Polityka prywatności", "Używamy plików cookies na stronie."),
        keeps=("Kontakt ze statkiem urwał się.",),
    ),
)
