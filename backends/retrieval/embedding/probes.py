"""Texts on which a converted model is compared with the original: short and long, prose, tables and other scripts."""

from __future__ import annotations

_SENTENCES = (
    "The lift of a wing in a slipstream grows with the speed of the propeller.",
    "Invoices are payable within thirty days of receipt, unless the contract says otherwise.",
    "Patients who took the new drug slept 42 minutes longer than those who took none (p < 0.01).",
    "To replace the filter, switch the pump off, wait until the gauge reads zero and open the valve.",
    "In 1848 the town had 3,120 inhabitants, two mills and no railway.",
    "country: Norway; capital: Oslo; population: 5,550,203; currency: krone",
    "def area(radius): return math.pi * radius ** 2",
    "Der Vertrag endet, wenn er nicht drei Monate vorher verlängert wird.",
    "La bibliothèque ferme à dix-huit heures, sauf le samedi.",
    "水は零度で凍り、百度で沸騰する。",
    "Договор вступает в силу со дня подписания.",
    "पानी सौ डिग्री पर उबलता है।",
)
QUESTIONS = (
    "how long do I have to pay an invoice",
    "what lift has a wing in the slipstream of a propeller?",
    "boiling point of water",
    "Wann endet der Vertrag?",
)
PASSAGES = (
    *_SENTENCES,
    " ".join(_SENTENCES[:4]),
    " ".join(_SENTENCES[4:]),
    "\n\n".join(_SENTENCES * 2),
    "filter",
)
