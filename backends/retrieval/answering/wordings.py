"""Known wordings of prompt injections, as a table of patterns.

The patterns are for text in small letters without accents and hidden characters, as `suspicions` makes it.
"""

from __future__ import annotations

_GAP = r"[\s\W_]{1,3}"
_BEFORE = (
    "(?:previous|prior|earlier|preceding|above|former|foregoing|existing|initial|original|system|"
    "safety|your|the|any|all|of|other|and)"
)
_ORDERS = (
    r"(?:instructions?|prompts?|directions?|directives?|commands?|guidelines|rules|system (?:prompt|"
    r"message)s?|programming|guardrails)"
)
_FORGET = (
    r"(?:ignore|disregard|forget|override|bypass|neglect|overlook|do not (?:follow|obey)|"
    r"don[’']?t (?:follow|obey)|stop following)"
)
_FORGETS = "tells the reader to ignore earlier instructions"
_ROLE = "forges a marker of who speaks in a chat"
_RESTRICTS = "tells whoever answers what to say or to keep from the user"
_BECOMES = "tells whoever answers to be somebody else"
_ASKS = "asks for the hidden instructions or for secrets"
_CARRIES = "holds a link that could carry the conversation to another address"

WORDINGS = (  # words of which a text has to hold one, a pattern on the folded text, and why it is suspicious
    ("ignore disregard forget override bypass neglect overlook follow obey",
     rf"\b{_FORGET}(?:{_GAP}{_BEFORE}){{1,6}}{_GAP}{_ORDERS}\b", _FORGETS),
    ("ignore disregard forget",
     r"\b(?:ignore|disregard|forget) (?:everything|all|anything|whatever) (?:that (?:you|was|is) |you |"
     r"said |written )?"
     r"(?:were told|have been told|was said|said|above|before this|learned|know(?: about)?)\b", _FORGETS),
    ("ignorier vergi vergess missachte ubergehe beachte",
     r"\b(?:ignoriere?n?(?: sie)?|vergiss|vergessen sie|missachte|missachten sie|übergehe|beachte nicht)\b"
     r"(?: (?:alle|sämtliche|die|deine|ihre|bisherigen|vorherigen|vorigen|früheren|obigen|"
     r"vorangegangenen|bitte)){1,5}"
     r" (?:anweisungen|instruktionen|befehle|regeln|vorgaben|eingaben)\b", _FORGETS),
    ("ignore oublie tene tiens suis suivez",
     r"\b(?:ignore[rz]?|oublie[rz]?|ne tene?z pas compte de|n[e’'] ?(?:tiens|suis|suivez) pas(?: compte de)?)\b"
     r"(?: (?:toutes?|tous|les|des|vos|tes|ces|précédentes?)){1,5}"
     r" (?:instructions?|consignes|directives|règles|ordres)\b", _FORGETS),
    ("ignor olvid caso sigas descart desconsider esque",
     r"\b(?:ignor[ae]r?|olvid[ae]r?|haz caso omiso de|no sigas|descart[ae]r?|desconsider[ae]r?|esque[cç][ae]r?)\b"
     r"(?: (?:todas?|todos?|las|los|as|os|sus|tus|suas|tuas|estas|anteriores|previas)){1,5}"
     r" (?:instrucciones|indicaciones|órdenes|reglas|instruções|ordens|regras|orientações)\b", _FORGETS),
    ("ignor dimentica seguire",
     r"\b(?:ignor[ai](?:re|te)?|dimentica(?:re|te)?|non seguire)\b(?: (?:tutte|tutti|le|gli|i|tue|"
     r"vostre|precedenti)){1,5}"
     r" (?:istruzioni|indicazioni|regole|direttive|ordini)\b", _FORGETS),
    ("negeer vergeet",
     r"\b(?:negeer|vergeet)\b(?: (?:alle|de|je|uw|vorige|eerdere|voorgaande|bovenstaande)){1,5}"
     r" (?:instructies|opdrachten|aanwijzingen|regels)\b", _FORGETS),
    ("ignoruj zapomnij",
     r"\b(?:zignoruj|ignoruj|zapomnij o?)\b(?: (?:wszystkie|wszystkich|poprzednie|poprzednich|"
     r"wcześniejsze|powyższe|swoje)){1,4}"
     r" (?:instrukcje|instrukcjach|polecenia|poleceniach|zasady|zasadach)\b", _FORGETS),
    ("игнорируи забудь",
     r"\b(?:игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?)\b(?: (?:все|всё|об|о|всех|предыдущие|"
     r"предыдущих|прежние|прошлые|вышеуказанные)){1,4}"
     r" (?:инструкции|инструкциях|указания|указаниях|команды|правила|правилах)\b", _FORGETS),
    ("ignorera glom bortse",
     r"\b(?:ignorera|glöm|bortse från)\b(?: (?:alla|de|dina|tidigare|föregående|ovanstående)){1,4}"
     r" (?:instruktioner|anvisningar|regler)(?:na)?\b", _FORGETS),
    ("<|",
     r"<\|(?:im_start|im_end|im_sep|system|user|assistant|end|endoftext|eot_id|start_header_id|"
     r"end_header_id|begin_of_text)\|>",
     _ROLE),
    ("##",
     r"(?:^|\n)[ \t]*#{2,4} ?(?:system|instructions?|assistant|human|user)(?: (?:prompt|message|"
     r"instructions?))? ?:?[ \t]*(?=\n|$)", _ROLE),
    ("inst] sys>> system> prompt> message> instruction> instructions> assistant> _turn>",
     r"\[/?inst\]|<</?sys>>|</?(?:system|assistant)(?:[_ -]?(?:prompt|message|instructions?))?>|"
     r"<start_of_turn>|<end_of_turn>", _ROLE),
    ("system assistant",
     r"(?:^|\n)[ \t]*\[?(?:system|assistant)(?: (?:prompt|message|override|"
     r"instructions?))?\]? ?: (?=you\b|ignore\b|from now|the user|new |always\b|do not\b)", _ROLE),
    ("instruction directive",
     r"\b(?:new|updated|real|important) (?:system )?(?:instructions?|directives?) (?:for|to) (?:the |this |any )?"
     r"(?:ai|assistant|language model|llm|chat ?bot|model|agent)\b", _RESTRICTS),
    ("user reader human person",
     r"\b(?:do not|don[’']?t|never|without) (?:tell|telling|inform|informing|alert|alerting|"
     r"mention(?:ing)? (?:this|it|that) to|reveal(?:ing)? (?:this|it|that) to|warn|notify) "
     r"(?:the )?(?:user|reader|human|person asking)s?\b", _RESTRICTS),
    ("only exclusively just always",
     r"\b(?:reply|respond|answer) (?:only|exclusively|just|always) (?:with|by|"
     r"using)\b(?=.{0,80}[\"“'‘:]|.{0,30}\b(?:the (?:word|phrase|following|text|sentence)|yes|no)\b)",
     _RESTRICTS),
    ("dem utilisateur usuario",
     r"\b(?:sage?|sagen sie|verrate?n?(?: sie)?) (?:es |das |dies )?dem (?:benutzer|nutzer|"
     r"anwender) (?:nicht|nichts)\b"
     r"|\bne (?:le )?(?:dis|dites|révèle[sz]?|mentionne[sz]?) (?:rien |pas |cela )*à l[’']utilisateur\b"
     r"|\bno (?:se )?(?:lo |le )?(?:digas?|informes?|menciones?|reveles?)(?: esto| nada)? al usuario\b", _RESTRICTS),
    ("now longer",
     r"\byou are (?:now|no longer) (?:a |an |the |in )?(?:\w+ ){0,3}?(?:assistant|ai|model|chat ?bot|"
     r"bot|dan|agent|mode|persona|expert|hacker|pirate|unrestricted|jailbroken)\b",
     _BECOMES),
    ("pretend act roleplay behave",
     r"\b(?:pretend (?:to be|you are|that you are)|act as(?: if you (?:are|were))?|roleplay as|"
     r"behave (?:as|like)) (?:a |an |the |my )?(?:\w+ ){0,3}?"
     r"(?:assistant|ai|language model|chat ?bot|dan|jailbr\w+|unrestricted|unfiltered|hacker|"
     r"administrator|developer mode)\b",
     _BECOMES),
    ("bist eres tu|es vous ora agora ты",
     r"\b(?:du bist (?:jetzt|nun|ab sofort)|tu es (?:maintenant|désormais)|vous êtes (?:maintenant|"
     r"désormais)|(?:ahora|a partir de ahora) eres|ora sei|agora você é|ты теперь) "
     r"(?:ein|eine|un|une|una|um|uma)?\b ?(?:\w+ ){0,3}?(?:assist\w+|ki|ia|ai|chatbot|ассистент|"
     r"modell?o?|modèle)\b", _BECOMES),
    ("system hidden initial api",
     r"\b(?:reveal|print|show|repeat|output|display|disclose|leak|send)(?:ing)? (?:me |us |"
     r"out )?(?:your |the |its |full |entire |hidden |secret )*"
     r"(?:system (?:prompt|message|instructions?)|hidden instructions?|initial (?:prompt|"
     r"instructions?)|api[ _-]?keys?\b(?= (?:to|of the (?:user|system)|now|here)))",
     _ASKS),
    ("your system prompt",
     r"\byour system prompt\b", _ASKS),
    ("![",
     r"!\[[^\]\n]{0,200}\]\(\s*<?https?://[^\s)]{1,300}[?&][\w-]{1,40}=[^)\s]{0,300}\)", _CARRIES),
    ("http",
     r"\b(?:send|post|upload|forward|exfiltrate|append|encode|include)\b[^.\n]{0,80}\b(?:conversation|"
     r"chat history|user[’']?s? (?:data|question|message|password)s?|answers?)\b[^.\n]{0,60}https?://",
     _CARRIES),
)  # fmt: skip
