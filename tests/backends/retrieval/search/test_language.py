"""Telling a text's language, on two or three sentences about the same things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.search.analysis import languages
from backends.retrieval.search.language import guess_language
from backends.retrieval.search.stop_words import STOP_WORDS

TEXTS = {
    "english": "The library is open from nine to six. Readers may borrow up to ten books, which they have to return "
    "within four weeks. Whoever loses a book pays for it.",
    "german": "Die Bibliothek ist von neun bis achtzehn Uhr geöffnet. Leser können bis zu zehn Bücher ausleihen, die "
    "sie nach vier Wochen zurückgeben müssen. Wer ein Buch verliert, muss es bezahlen.",
    "french": "La bibliothèque est ouverte de neuf heures à dix-huit heures. Les lecteurs peuvent emprunter dix "
    "livres, qu'ils doivent rendre dans un délai de quatre semaines. Qui perd un livre le paie.",
    "spanish": "La biblioteca está abierta de nueve a seis. Los lectores pueden llevarse hasta diez libros, que deben "
    "devolver en un plazo de cuatro semanas. Quien pierde un libro lo paga.",
    "italian": "La biblioteca è aperta dalle nove alle diciotto. I lettori possono prendere in prestito dieci libri, "
    "che devono restituire entro quattro settimane. Chi perde un libro lo paga.",
    "portuguese": "A biblioteca está aberta das nove às dezoito horas. Os leitores podem levar até dez livros, que "
    "têm de devolver no prazo de quatro semanas. Quem perder um livro paga por ele. Não há exceções.",
    "dutch": "De bibliotheek is open van negen tot zes uur. Lezers kunnen tien boeken lenen, die ze binnen vier weken "
    "moeten terugbrengen. Wie een boek verliest, betaalt het.",
    "russian": "Библиотека открыта с девяти до шести часов. Читатели могут взять на дом до десяти книг, которые они "
    "должны вернуть в течение четырёх недель. Кто потеряет книгу, тот за неё платит.",
    "swedish": "Biblioteket är öppet från nio till sex. Läsare kan låna upp till tio böcker, som de ska lämna "
    "tillbaka inom fyra veckor. Den som tappar bort en bok får betala för den.",
    "danish": "Biblioteket er åbent fra klokken ni til seks. Læserne kan låne op til ti bøger, som de skal aflevere "
    "efter fire uger. Hvis man mister en bog, skal man betale for den. Det gælder også for børn af byens "
    "borgere.",
    "norwegian": "Biblioteket er åpent fra klokken ni til seks. Leserne kan låne opp til ti bøker, som de må levere "
    "tilbake etter fire uker. Hvis man mister en bok, må man betale for den. Det gjelder også for barn "
    "av byens borgere.",
    "finnish": "Kirjasto on avoinna yhdeksästä kuuteen. Lukijat voivat lainata kymmenen kirjaa, jotka on "
    "palautettava, kun neljä viikkoa on kulunut. Jos kirja katoaa, se on maksettava, mutta lapset eivät "
    "maksa.",
    "polish": "Biblioteka jest otwarta od dziewiątej do osiemnastej. Czytelnicy mogą wypożyczyć do dziesięciu "
    "książek, które trzeba zwrócić w ciągu czterech tygodni. Kto zgubi książkę, ten za nią płaci.",
    "czech": "Knihovna je otevřena od devíti do osmnácti hodin. Čtenáři si mohou půjčit až deset knih, které musí "
    "vrátit do čtyř týdnů. Kdo knihu ztratí, ten ji zaplatí, ale děti za to neplatí.",
    "turkish": "Kütüphane saat dokuzdan altıya kadar açık. Okurlar en çok on kitap alabilir ve bu kitaplar dört hafta "
    "sonra geri verilir. Bir kitap kaybolursa okur onun için para öder, ama çocuklar için bu geçerli "
    "değil.",
    "hungarian": "A könyvtár kilenctől hatig van nyitva. Az olvasók legfeljebb tíz könyvet vihetnek haza, és négy hét "
    "után kell ezeket visszahozni. Ha egy könyv elvész, azt ki kell fizetni, de a gyerekeknek nem.",
    "romanian": "Biblioteca este deschisă de la nouă la optsprezece. Cititorii pot lua acasă zece cărți, pe care le "
    "aduc înapoi după patru săptămâni. Cine pierde o carte o plătește, dar copiii nu plătesc pentru ea.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_two_sentences_tell_their_language(language: str) -> None:
    assert guess_language(TEXTS[language]) == language
    assert guess_language(TEXTS[language].upper()) == language or language == "turkish"  # İ and I have other small ones


def test_every_language_with_stop_words_has_a_text_here_and_rules_for_endings() -> None:
    assert set(TEXTS) == set(STOP_WORDS)
    assert set(STOP_WORDS) < set(languages())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "…",
        "Annual report 2024",
        "name: Smith; city: Bremen; amount: 300.50; currency: EUR",
        "def f(x): return x + 1",
        "図書館は九時から六時まで開いています。",
        "Η βιβλιοθήκη είναι ανοιχτή από τις εννέα έως τις έξι.",
        f"{TEXTS['english']} {TEXTS['german']}",
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert guess_language(text) is None


def test_foreign_names_and_a_foreign_title_do_not_mislead() -> None:
    assert guess_language(f"Los Angeles, La Paz, El Paso, Las Vegas: {TEXTS['english']}") == "english"
    assert guess_language(f"The Annual Report of the Library. {TEXTS['german']}") == "german"


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert guess_language(f"{TEXTS['french']} " * 200 + TEXTS["german"] * 1_000) == "french"


@given(st.text(max_size=200))
def test_any_text_has_a_known_language_or_none(text: str) -> None:
    assert guess_language(text) in {*STOP_WORDS, None}
