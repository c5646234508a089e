"""Small collections with questions, for `benchmarks.abstention`: some to fit on, the others to check on.

Each has questions that a document answers, and questions of the same subject that none answers, which is the hard case
for an index of few documents: the nearest passage is about the right thing and does not say it. In those of the folder
`small_collections` most answerable questions use other words than the documents do; no weight is
fitted on the "held-out" ones, but whoever chose the signs wrote them too. There each section begins with "=== " and
the name of a document, "answered" or "near".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Small:
    """Documents by name, and questions about them."""

    documents: dict[str, str]
    answered: tuple[str, ...]
    near: tuple[str, ...]  # of the subject, and answered nowhere


def read(path: Path) -> Small:
    """A collection of the folder `small_collections`."""
    parts = [part.partition("\n") for part in path.read_text(encoding="utf-8").split("=== ")[1:]]
    sections = {name: text for name, _, text in parts}
    answered, near = (tuple(sections.pop(kind).splitlines()) for kind in ("answered", "near"))
    return Small(sections, answered, near)


def named(beginning: str) -> dict[str, Small]:
    """The collections of the folder whose names begin so."""
    folder = Path(__file__).with_name("small_collections")
    return {path.stem: read(path) for path in sorted(folder.glob(f"{beginning}*.txt"))}


FITTED = Small(
    {
        "bridge.txt": (
            "The Halden bridge was opened in 1932 by mayor Ingrid Moe. It is 420 metres long and carries two "
            "lanes of traffic and a tramway. The deck was renewed in 1998 because the steel had rusted. Cyclists "
            "may use the southern side, but lorries above 12 tonnes are not allowed."
        ),
        "library.txt": (
            "The town library is open from Tuesday to Saturday between 9 am and 6 pm. Members can borrow up to "
            "eight books for four weeks. A lost card costs 5 euros to replace. Reading rooms must not be used for "
            "private lessons. Mrs Okafor has led the library since 2011; before her it was led by Paul Brandt."
        ),
        "pump.txt": (
            "The P-200 pump delivers 35 litres per minute at a pressure of 4 bar. Check the oil every 500 hours "
            "of operation. When the temperature of the motor exceeds 90 °C, the controller switches the pump off. "
            "Never run the pump dry: the seals fail within minutes. The warranty lasts for 24 months."
        ),
        "study.txt": (
            "We followed 1,240 adults in Lyon for six years. Those who walked more than 30 minutes a day had "
            "lower blood pressure than those who drove to work. Smoking increased the risk of stroke. No effect "
            "of coffee was found. The work was paid for by the Marin Foundation, and Dr. Keller analysed the data "
            "in Zurich."
        ),
        "mill.txt": (
            "Nordwind sold its paper mill to Castor Holding in March 2019 for 14.5 million dollars. Revenue rose "
            "by 8 percent to 62 million dollars, while costs fell. Anna Lind became chief executive after Erik "
            "Dahl retired. All employees were kept. The head office moved from Bergen to Oslo."
        ),
    },
    (
        *("When was the Halden bridge opened?", "How long is the bridge?", "Why was the deck renewed?"),
        *("May lorries cross the bridge?", "When is the library open?", "How many books can I borrow?"),
        *("What does a new library card cost?", "Who leads the library?", "How much water does the pump deliver?"),
        *("How often must the oil be checked?", "What happens if the pump runs dry?", "How long is the warranty?"),
        *("Does walking lower blood pressure?", "Who paid for the study?", "Is coffee harmful?"),
        *("How many adults took part?", "Who bought the paper mill?", "Where is the head office now?"),
        *("Who is the chief executive?", "How much did revenue rise?"),
    ),
    (
        *("What colour is the bridge?", "Who designed the bridge?", "How many ships pass below the bridge?"),
        *(
            "What does the toll for the tramway cost?",
            "Does the library lend films?",
            "Is there a café in the library?",
        ),
        *("How do I become a member of the choir?", "Where is the library's car park?", "How loud is the pump?"),
        *("Which colour has the housing of the pump?", "What does a spare filter cost?", "Can the pump lift sewage?"),
        *("Does swimming prevent diabetes?", "How much alcohol is safe?", "Which diet did the adults follow?"),
        *(
            "How many children sleep badly?",
            "Which products does Nordwind sell in Asia?",
            "What did the dividend amount to?",
        ),
        *("When does the shareholders' meeting begin?", "How many patents does Castor hold?"),
    ),
)

CHECKED = Small(
    {
        "museum.txt": (
            "The maritime museum in Tallinn shows a submarine from 1936 that visitors can enter. Tickets cost 18 "
            "euros for adults and 9 euros for pupils; on the first Sunday of a month nobody pays. Photographs are "
            "welcome, but flash is forbidden. The collection was given by Captain Jaan Tamm, who had bought most "
            "of it in Riga."
        ),
        "scheduler.txt": (
            "Version 3.2 of the scheduler stores its queue in PostgreSQL instead of Redis. Jobs that fail are "
            "tried again three times, with a pause of 20 seconds. The web console does not need a login on the "
            "local network. Upgrading takes about 10 minutes and requires a restart. Sara Nyberg maintains the "
            "Windows package."
        ),
        "farm.txt": (
            "Hens lay fewer eggs in winter because the days are short. Our farm keeps 600 hens of the breed "
            "Sussex and feeds them wheat, oats and 5 percent of fish meal. Foxes took eleven hens last March, so "
            "the fence was made higher. Eggs are collected before noon and sold in Dorchester. The vet, Dr. Hale, "
            "visits every second week."
        ),
    },
    (
        *("How much is a ticket for an adult?", "When is entry free?", "May I take photographs with flash?"),
        *("Who gave the collection to the museum?", "From which year is the submarine?", "Where is the queue stored?"),
        *(
            "How often are failed jobs tried again?",
            "Do I need a login for the console?",
            "How long does upgrading take?",
        ),
        *("Who maintains the Windows package?", "Why do hens lay fewer eggs in winter?", "What are the hens fed?"),
        *("How many hens were taken by foxes?", "Where are the eggs sold?", "How often does the vet come?"),
    ),
    (
        *("Does the museum have a restaurant?", "How deep could the submarine dive?", "Is there a museum shop?"),
        *(
            "How many tourists visit Tallinn?",
            "Which language is the scheduler written in?",
            "Does the console have a dark mode?",
        ),
        *("What does a licence of the scheduler cost?", "How are backups made?", "How many cows does the farm have?"),
        *("What does a dozen eggs cost?", "Which tractor does the farm use?", "How is the milk cooled?"),
        *("Who was the farm's founder?", "Which port is the largest in Estonia?", "How is a fox hunted?"),
    ),
)
