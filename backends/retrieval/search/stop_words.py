"""Words that carry the grammar of a sentence and not its subject, by language.

They are in the index, so that a question of nothing else still finds something. Languages without a list do without:
a word that most passages hold is left out of a question all the same (see index.lexical).
"""

from __future__ import annotations

STOP_WORDS = {
    "english": """a about above after again against all also am an and any are as at be became because been before being
        below between both but by can could d did do does doing don done during each eg either else etc ever few for
        from further get give given had has have having he her here hers herself him himself his how however i ie if
        in into is it its itself just ll m may me might more most must my myself neither no nor not now of off on once
        one only or other our ours ourselves out over own please re s same shall she should so some such t tell than
        that the their theirs them themselves then there these they this those through thus to too under until up upon
        us ve very was we were what when where whether which while who whom whose why will with within without would
        you your yours yourself yourselves""",
    "german": """aber alle allem allen aller alles als also am an andere anderen auch auf aus bei bin bis bist da damit
        dann das dass dein deine dem den der des dessen die dies diese diesem diesen dieser dieses dir doch du durch
        ein eine einem einen einer eines er es etwas euch euer für gegen gibt hat hatte habe haben hier hinter ich ihm
        ihn ihnen ihr ihre im in ins ist ja jede jedem jeden jeder jedes kann kein keine können man mein meine mit muss
        müssen nach nicht nichts noch nun nur ob oder ohne sehr sein seine sich sie sind so soll sollen sondern um und
        uns unser unter vom von vor wann war waren warum was weil welche welchem welchen welcher welches wenn wer werden
        wie wieder wir wird wo wurde wurden zu zum zur zwischen über""",
    "french": """a à ai ainsi alors au aucun aussi autre aux avec avoir c ce cela ces cet cette ceux chaque ci comme
        comment d dans de depuis des donc dont du elle elles en encore entre est et être eu eux fait faire il ils j je
        l la le les leur leurs lui m ma mais me même mes moi mon n ne ni nos notre nous on ont ou où par pas pendant
        peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se selon ses si son sont sous
        sur t ta te tes toi ton tous tout toute toutes très tu un une vos votre vous y été était""",
    "spanish": """a al algo algunos ante antes aquel como con contra cual cuales cuando cuándo cuál cuáles cómo de del
        desde donde dónde durante e el él ella ellas ellos en entre era es esa esas ese eso esos esta está estas este
        esto estos fue ha han hasta hay la las le les lo los más me mi mis mucho muy nada ni no nos nosotros o otra
        otro para pero poco por porque qué que quien quién se sea ser si sí sin sobre son su sus también te tiene todo
        todos tu tus un una unas uno unos y ya yo""",
    "italian": """a ad agli ai al alla alle allo anche c che chi ci come con contro cosa cui d da dagli dai dal dalla
        dalle dallo degli dei del della delle dello di dove e è ed era gli ha hanno i il in io l la le lei li lo loro
        lui ma mi mio ne negli nei nel nella nelle nello noi non o ogni per perché più quale quali quando quanto quella
        quelle quelli quello questa queste questi questo se si sia sono su sua sugli sui sul sulla sulle sullo suo
        suoi te ti tra tu tutti tutto un una uno v vi voi""",
    "portuguese": """a à ao aos as às até com como da das de dela dele do dos e é ela elas ele eles em entre era essa
        essas esse esses esta está este estes eu foi for há isso isto já lhe mais mas me mesmo meu minha muito na nas
        não nem no nos nós o onde os ou para pela pelas pelo pelos por porque qual quais quando que quem se sem ser seu
        seus só sua suas também te tem um uma você""",
    "dutch": """aan al als alles altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een en er
        ge geen had heb hebben heeft hem het hier hij hoe hun iets ik in is ja je kan kon kunnen maar me meer men met
        mij mijn moet na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot u uit uw
        van veel voor waar waarom wanneer want waren was wat we welk welke werd wie wil worden wordt zal ze zelf zich
        zij zijn zo zonder zou""",
}
