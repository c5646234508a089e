"""More labelled sentences, on other subjects. No weight or threshold of `support` was chosen on them.

At first sight 40 of the 46 were judged rightly; four rules about clauses and the order of names were mended after that.
"""

from __future__ import annotations

MUSEUM = (
    "The maritime museum in Tallinn shows a submarine from 1936 that visitors can enter. Tickets cost 18 "
    "euros for adults and 9 euros for pupils; on the first Sunday of a month nobody pays. Photographs are "
    "welcome, but flash is forbidden. The collection was given by Captain Jaan Tamm, who had bought most of "
    "it in Riga."
)
SOFTWARE = (
    "Version 3.2 of the scheduler stores its queue in PostgreSQL instead of Redis. Jobs that fail are tried "
    "again three times, with a pause of 20 seconds. The web console does not need a login on the local "
    "network. Upgrading takes about 10 minutes and requires a restart. Sara Nyberg maintains the Windows "
    "package."
)
FARM = (
    "Hens lay fewer eggs in winter because the days are short. Our farm keeps 600 hens of the breed Sussex "
    "and feeds them wheat, oats and 5 percent of fish meal. Foxes took eleven hens last March, so the fence "
    "was made higher. Eggs are collected before noon and sold in Dorchester. The vet, Dr. Hale, visits every "
    "second week."
)
CITY = (
    "In 2015 the council of Ghent closed the old centre to cars. Shops feared for their sales, yet the number "
    "of visitors grew by 12 percent. Cycling doubled within five years. Deliveries are permitted until 11 am. "
    "The plan was written by Filip Maes and opposed by the Merchants Union."
)

HELD_OUT: tuple[tuple[str, bool, str, str], ...] = (
    ("paraphrase", True, MUSEUM, "Visitors can go inside a submarine that was built in 1936."),
    ("paraphrase", True, MUSEUM, "Adults pay 18 euros and pupils 9 euros."),
    ("paraphrase", True, MUSEUM, "Entry is free on the first Sunday of each month."),
    ("paraphrase", True, MUSEUM, "Flash photography is not allowed."),
    ("paraphrase", True, MUSEUM, "Captain Jaan Tamm donated the collection."),
    ("paraphrase", True, SOFTWARE, "Since version 3.2 the queue is kept in PostgreSQL rather than Redis."),
    ("paraphrase", True, SOFTWARE, "Failed jobs are retried three times, 20 seconds apart."),
    ("paraphrase", True, SOFTWARE, "No login is required for the web console on the local network."),
    ("paraphrase", True, SOFTWARE, "The upgrade needs a restart and lasts roughly 10 minutes."),
    ("paraphrase", True, SOFTWARE, "The Windows package is maintained by Sara Nyberg."),
    ("paraphrase", True, FARM, "In winter, hens lay fewer eggs since days are shorter."),
    ("paraphrase", True, FARM, "The farm has 600 Sussex hens."),
    ("paraphrase", True, FARM, "After foxes killed 11 hens in March, a higher fence was put up."),
    ("paraphrase", True, FARM, "The eggs are gathered in the morning and sold in Dorchester."),
    ("paraphrase", True, FARM, "Dr. Hale, the vet, comes every two weeks."),
    ("paraphrase", True, CITY, "Ghent banned cars from its old centre in 2015."),
    ("paraphrase", True, CITY, "The number of visitors rose by 12 %."),
    ("paraphrase", True, CITY, "Twice as many people cycled within five years."),
    ("paraphrase", True, CITY, "Deliveries are allowed until 11 am."),
    ("paraphrase", True, CITY, "The Merchants Union was against the plan."),
    ("number", False, MUSEUM, "Tickets cost 16 euros for adults."),
    ("number", False, SOFTWARE, "Jobs that fail are tried again five times."),
    ("number", False, FARM, "The hens are fed 15 percent of fish meal."),
    ("number", False, CITY, "In 2005 the council of Ghent closed the old centre to cars."),
    ("unit", False, SOFTWARE, "Upgrading takes about 10 hours."),
    ("name", False, MUSEUM, "The maritime museum in Helsinki shows a submarine."),
    ("name", False, SOFTWARE, "The scheduler stores its queue in MySQL."),
    ("name", False, FARM, "Eggs are sold in Weymouth."),
    ("name", False, CITY, "The plan was written by Johan Maes."),
    ("negation", False, MUSEUM, "Photographs are not welcome."),
    ("negation", False, SOFTWARE, "The web console needs a login on the local network."),
    ("negation", False, FARM, "The fence was not made higher."),
    ("negation", False, CITY, "Deliveries are not permitted."),
    ("opposite", False, FARM, "Hens lay more eggs in winter."),
    ("opposite", False, FARM, "Eggs are collected after noon."),
    ("opposite", False, CITY, "The number of visitors fell by 12 percent."),
    ("opposite", False, CITY, "The council of Ghent opened the old centre to cars."),
    ("exchanged", False, SOFTWARE, "Version 3.2 of the scheduler stores its queue in Redis instead of PostgreSQL."),
    ("exchanged", False, CITY, "The plan was written by the Merchants Union and opposed by Filip Maes."),
    ("addition", False, MUSEUM, "Photographs are welcome, and drones need permission from harbour police."),
    ("addition", False, FARM, "Hens lay fewer eggs in winter, which makes bakers raise prices."),
    ("elsewhere", False, MUSEUM, "The museum restaurant serves herring and rye bread."),
    ("elsewhere", False, SOFTWARE, "The scheduler sends an e-mail when a job succeeds."),
    ("elsewhere", False, FARM, "The farm also breeds sheep for their wool."),
    ("elsewhere", False, CITY, "Air in the centre has become much cleaner."),
    ("other subject", False, FARM, "Submarines are driven by diesel engines and batteries."),
)  # fmt: skip
