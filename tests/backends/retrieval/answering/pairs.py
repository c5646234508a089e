"""Sentences and whether a passage says them, labelled by hand: (kind, supported, passage, sentence)."""

from __future__ import annotations

BRIDGE = (
    "The Halden bridge was opened in 1932 by mayor Ingrid Moe. It is 420 metres long and carries two lanes of "
    "traffic and a tramway. The deck was renewed in 1998 because the steel had rusted. Cyclists may use the "
    "southern side, but lorries above 12 tonnes are not allowed."
)
LIBRARY = (
    "The town library is open from Tuesday to Saturday between 9 am and 6 pm. Members can borrow up to eight "
    "books for four weeks. A lost card costs 5 euros to replace. Reading rooms must not be used for private "
    "lessons. Mrs Okafor has led the library since 2011; before her it was led by Paul Brandt."
)
PUMP = (
    "The P-200 pump delivers 35 litres per minute at a pressure of 4 bar. Check the oil every 500 hours of "
    "operation. When the temperature of the motor exceeds 90 °C, the controller switches the pump off. Never "
    "run the pump dry: the seals fail within minutes. The warranty lasts for 24 months."
)
STUDY = (
    "We followed 1,240 adults in Lyon for six years. Those who walked more than 30 minutes a day had lower "
    "blood pressure than those who drove to work. Smoking increased the risk of stroke. No effect of coffee "
    "was found. The work was paid for by the Marin Foundation, and Dr. Keller analysed the data in Zurich."
)
FIRM = (
    "Nordwind sold its paper mill to Castor Holding in March 2019 for 14.5 million dollars. Revenue rose by 8 "
    "percent to 62 million dollars, while costs fell. Anna Lind became chief executive after Erik Dahl "
    "retired. All employees were kept. The head office moved from Bergen to Oslo."
)

PAIRS: tuple[tuple[str, bool, str, str], ...] = (
    ("verbatim", True, BRIDGE, "It is 420 metres long and carries two lanes of traffic and a tramway."),
    ("verbatim", True, LIBRARY, "A lost card costs 5 euros to replace."),
    ("verbatim", True, PUMP, "Check the oil every 500 hours of operation."),
    ("verbatim", True, STUDY, "No effect of coffee was found."),
    ("verbatim", True, FIRM, "All employees were kept."),
    ("part", True, BRIDGE, "The Halden bridge was opened in 1932."),
    ("part", True, LIBRARY, "The library is open from Tuesday to Saturday."),
    ("part", True, PUMP, "The P-200 pump delivers 35 litres per minute."),
    ("part", True, STUDY, "The study followed 1,240 adults."),
    ("part", True, FIRM, "The head office moved to Oslo."),
    ("paraphrase", True, BRIDGE, "Mayor Ingrid Moe inaugurated the Halden bridge in 1932."),
    ("paraphrase", True, BRIDGE, "The bridge measures 420 m in length."),
    ("paraphrase", True, BRIDGE, "In 1998 the deck was replaced, since its steel was rusty."),
    ("paraphrase", True, BRIDGE, "Trucks heavier than 12 tonnes cannot cross."),
    ("paraphrase", True, LIBRARY, "Members may take home 8 books for 4 weeks."),
    ("paraphrase", True, LIBRARY, "Replacing a lost card costs €5."),
    ("paraphrase", True, LIBRARY, "Since 2011, Mrs Okafor has been the head of the library."),
    ("paraphrase", True, LIBRARY, "Private lessons are not permitted in the reading rooms."),
    ("paraphrase", True, PUMP, "The oil has to be checked after every 500 hours of running."),
    ("paraphrase", True, PUMP, "If the motor gets hotter than 90 °C, the pump is switched off by the controller."),
    ("paraphrase", True, PUMP, "The pump comes with a warranty of 24 months."),
    ("paraphrase", True, PUMP, "Running the pump dry destroys its seals within minutes."),
    ("paraphrase", True, STUDY, "People who walked for over half an hour daily had lower blood pressure than drivers."),
    ("paraphrase", True, STUDY, "Smokers had a higher risk of stroke."),
    ("paraphrase", True, STUDY, "Coffee had no effect."),
    ("paraphrase", True, STUDY, "The research was funded by the Marin Foundation."),
    ("paraphrase", True, FIRM, "In March 2019, Castor Holding bought the paper mill from Nordwind."),
    ("paraphrase", True, FIRM, "Revenue grew 8 % to 62 million dollars."),
    ("paraphrase", True, FIRM, "Anna Lind succeeded Erik Dahl as chief executive."),
    ("paraphrase", True, FIRM, "Nobody was laid off; all employees kept their jobs."),
    ("number", False, BRIDGE, "The Halden bridge was opened in 1938."),
    ("number", False, BRIDGE, "The bridge is 240 metres long."),
    ("number", False, LIBRARY, "Members can borrow up to twelve books for four weeks."),
    ("number", False, LIBRARY, "A lost card costs 15 euros to replace."),
    ("number", False, PUMP, "The P-200 pump delivers 53 litres per minute."),
    ("number", False, PUMP, "The warranty lasts for 36 months."),
    ("number", False, STUDY, "The study followed 1,420 adults in Lyon."),
    ("number", False, FIRM, "Revenue rose by 18 percent."),
    ("number", False, FIRM, "The mill was sold for 14.5 billion dollars."),
    ("unit", False, BRIDGE, "The bridge is 420 feet long."),
    ("unit", False, PUMP, "The warranty lasts for 24 days."),
    ("unit", False, LIBRARY, "Members can borrow up to eight books for four days."),
    ("name", False, BRIDGE, "The Halden bridge was opened in 1932 by mayor Greta Moe."),
    ("name", False, BRIDGE, "The Bergen bridge was opened in 1932."),
    ("name", False, LIBRARY, "Mrs Martin has led the library since 2011."),
    ("name", False, LIBRARY, "The library is open from Monday to Saturday."),
    ("name", False, PUMP, "The P-300 pump delivers 35 litres per minute."),
    ("name", False, STUDY, "Dr. Fischer analysed the data in Zurich."),
    ("name", False, STUDY, "The adults lived in Paris."),
    ("name", False, FIRM, "Maria Lind became chief executive after Erik Dahl retired."),
    ("name", False, FIRM, "The head office moved to Stockholm."),
    ("negation", False, BRIDGE, "Lorries above 12 tonnes are allowed."),
    ("negation", False, BRIDGE, "Cyclists may not use the southern side."),
    ("negation", False, LIBRARY, "Reading rooms can be used for private lessons."),
    ("negation", False, LIBRARY, "Members cannot borrow books for four weeks."),
    ("negation", False, PUMP, "The controller does not switch the pump off when the motor exceeds 90 °C."),
    ("negation", False, STUDY, "An effect of coffee was found."),
    ("negation", False, STUDY, "Smoking did not increase the risk of stroke."),
    ("negation", False, FIRM, "Not all employees were kept."),
    ("opposite", False, STUDY, "Those who walked more than 30 minutes a day had higher blood pressure."),
    ("opposite", False, STUDY, "Smoking decreased the risk of stroke."),
    ("opposite", False, FIRM, "Revenue fell by 8 percent to 62 million dollars."),
    ("opposite", False, FIRM, "Costs rose while revenue rose."),
    ("opposite", False, BRIDGE, "Cyclists may use the northern side."),
    ("opposite", False, LIBRARY, "The town library is closed from Tuesday to Saturday."),
    ("exchanged", False, FIRM, "Castor Holding sold its paper mill to Nordwind in March 2019."),
    ("exchanged", False, FIRM, "The head office moved from Oslo to Bergen."),
    ("exchanged", False, FIRM, "Erik Dahl became chief executive after Anna Lind retired."),
    ("exchanged", False, STUDY, "Those who drove to work had lower blood pressure than those who walked."),
    ("addition", False, BRIDGE, "The Halden bridge was opened in 1932, and its architect received a gold medal."),
    ("addition", False, LIBRARY, "Members can borrow eight books for four weeks, and students get free headphones."),
    ("addition", False, PUMP, "Check the oil every 500 hours, because contaminated lubricant voids insurance claims."),
    ("addition", False, FIRM, "The head office moved to Oslo, which annoyed local politicians."),
    ("elsewhere", False, BRIDGE, "The tramway runs every ten minutes until midnight."),
    ("elsewhere", False, BRIDGE, "The bridge was painted green to protect it from the weather."),
    ("elsewhere", False, LIBRARY, "Children can attend a story hour on Saturdays."),
    ("elsewhere", False, LIBRARY, "The library has a café on its ground floor."),
    ("elsewhere", False, PUMP, "The pump should be cleaned with warm water once a year."),
    ("elsewhere", False, PUMP, "Spare parts can be ordered by telephone."),
    ("elsewhere", False, STUDY, "Eating fish protected the adults from heart disease."),
    ("elsewhere", False, STUDY, "Participants were asked about their sleep and their diet."),
    ("elsewhere", False, FIRM, "The company plans to build a factory for batteries."),
    ("elsewhere", False, FIRM, "Shareholders received a dividend in spring."),
    ("other subject", False, PUMP, "The capital of Mongolia is Ulaanbaatar."),
    ("other subject", False, STUDY, "Sourdough needs a long fermentation."),
    ("other subject", False, BRIDGE, "Castling is a move in chess."),
    ("other subject", False, LIBRARY, "Penguins keep their eggs warm on their feet."),
)  # fmt: skip
