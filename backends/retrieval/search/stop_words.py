"""Words that carry the grammar of a sentence and not its subject, by language.

They are in the index, so that a question of nothing else still finds something. Languages without a list do without: a
word that most passages hold counts for little all the same (see index.lexical). A text's language is told by them too.
"""

from __future__ import annotations

STOP_WORDS = {
    "english": """a about above after again against all also am an and any are as at be became because been before being
        below between both but by can could d did do does doing don done during each eg either else etc ever few for
        from further get give given had has have having he her here hers herself him himself his how however i ie if in
        into is it its itself just ll m many may me might more most much must my myself neither no nor not now of off on
        once one only or other our ours ourselves out over own please re s same shall she should so some such t tell
        than that the their theirs them themselves then there these they this those through thus to too under until up
        upon us ve very was we were what when where whether which while who whom whose why will with within without
        would you your yours yourself yourselves""",
    "german": """aber alle allem allen aller alles als also am an andere anderen auch auf aus bei bin bis bist da damit
        dann das dass dein deine dem den der des dessen die dies diese diesem diesen dieser dieses dir doch du durch ein
        eine einem einen einer eines er es etwas euch euer für gegen gibt hat hatte habe haben hier hinter ich ihm ihn
        ihnen ihr ihre im in ins ist ja jede jedem jeden jeder jedes kann kein keine können man mein meine mit muss
        müssen nach nicht nichts noch nun nur ob oder ohne sehr sein seine sich sie sind so soll sollen sondern um und
        uns unser unter vom von vor wann war waren warum was weil welche welchem welchen welcher welches wenn wer werden
        wie wieder wir wird wo wurde wurden zu zum zur zwischen über""",
    "french": """a à ai ainsi alors au aucun aussi autre aux avec avoir c ce cela ces cet cette ceux chaque ci comme
        comment d dans de depuis des donc dont du elle elles en encore entre est et être eu eux fait faire il ils j je l
        la le les leur leurs lui m ma mais me même mes moi mon n ne ni nos notre nous on ont ou où par pas pendant peut
        plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se selon ses si son sont sous sur t
        ta te tes toi ton tous tout toute toutes très tu un une vos votre vous y été était""",
    "spanish": """a al algo algunos ante antes aquel como con contra cual cuales cuando cuándo cuál cuáles cómo de del
        desde donde dónde durante e el él ella ellas ellos en entre era es esa esas ese eso esos esta está estas este
        esto estos fue ha han hasta hay la las le les lo los más me mi mis mucho muy nada ni no nos nosotros o otra otro
        para pero poco por porque qué que quien quién se sea ser si sí sin sobre son su sus también te tiene todo todos
        tu tus un una unas uno unos y ya yo""",
    "italian": """a ad agli ai al alla alle allo anche c che chi ci come con contro cosa cui d da dagli dai dal dalla
        dalle dallo degli dei del della delle dello di dove e è ed era gli ha hanno i il in io l la le lei li lo loro
        lui ma mi mio ne negli nei nel nella nelle nello noi non o ogni per perché più quale quali quando quanto quella
        quelle quelli quello questa queste questi questo se si sia sono su sua sugli sui sul sulla sulle sullo suo suoi
        te ti tra tu tutti tutto un una uno v vi voi""",
    "portuguese": """a à ao aos as às até com como da das de dela dele do dos e é ela elas ele eles em entre era essa
        essas esse esses esta está este estes eu foi for há isso isto já lhe mais mas me mesmo meu minha muito na nas
        não nem no nos nós o onde os ou para pela pelas pelo pelos por porque qual quais quando que quem se sem ser seu
        seus só sua suas também te tem um uma você""",
    "dutch": """aan al als alles altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een en er ge
        geen had heb hebben heeft hem het hier hij hoe hun iets ik in is ja je kan kon kunnen maar me meer men met mij
        mijn moet na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van
        veel voor waar waarom wanneer want waren was wat we welk welke werd wie wil worden wordt zal ze zelf zich zij
        zijn zo zonder zou""",
    "russian": """а без более бы был была были было быть в вам вас весь во вот все всего всех всё вы где да даже для до
        его ее ей если есть еще ещё её же за здесь и из или им их к как какая какие какой когда который которая которые
        которого которых кто ли либо между меня мне может можно мы на над надо нас наш не него нее нет ни них но ну о об
        однако он она они оно от очень по под после потому почему при с сам свой себя со так также такой там то тогда
        того тоже той только том тот ты у уже хотя чего чей чем через что чтобы эта эти это этого этой этом этот я""",
    "swedish": """alla allt att av blev bli blir då de dem den denna deras dess dessa det detta dig din du där efter ej
        eller en er ett från för genom ha hade han har hans hennes hon honom hur här i icke inga ingen inom inte jag ju
        kan kunde man med mellan men mig min mot mycket ni nu när någon något några och om oss på samma sedan sig sin
        sina sitt ska skall skulle som så till under upp ut utan vad var vara varför vem vi vid vilka vilken vilket än
        är åt över""",
    "danish": """ad af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din disse dog du
        efter eller en end er et for fra få ham han hans har havde have hende hendes her hos hun hvad hvem hver hvilken
        hvis hvor hvordan hvorfor hvornår i ikke ind jeg jer jo kan kun kunne man mange med meget mellem men mig min mod
        ned noget nogle nu når og også om op os over på samme selv sig sin sit skal skulle som sådan så thi til ud under
        uden var ved vi vil ville vor være været""",
    "norwegian": """alle at av bare begge ble blei bli blir blitt da de deg dem den denne der deres det dette din disse
        du då eg ein eit eller en enn er et etter ett for fordi fra før gjennom ha hadde han hans har henne hennes her
        hun hva hvem hver hvilken hvis hvor hvordan hvorfor i ikke ikkje ingen inn jeg kan kun kunne man mange med meg
        mellom men mer mot mye må nå når ned noe noen og også om opp oss over på samme seg selv sin sitt skal skulle som
        så til ut uten var ved vi vil ville være vært å""",
    "finnish": """ei eivät eli emme en enemmän ennen että he heidän hän hänen ilman itse ja jo joka jolla jonka jos
        jossa jota jotka jotta kaikki kanssa kautta keskellä koska koskaan kuin kuinka kuka kun kuten kyllä me mihin
        mikä miksi millä milloin minkä minä missä miten mitä mukaan mutta myös myöskin ne niiden niin niitä noin nyt
        näiden nämä oli olisi olivat olla ole olen on ovat paljon se sekä sen siellä siinä siitä sillä sitä tai tämä
        tämän tässä tästä tätä vaan vai vain vaikka vielä voi voidaan välillä yli""",
    "polish": """a aby albo ale ani aż bardzo bez bo by był była było były być ci co czy czyli dla dlaczego do gdy gdzie
        go i ich ile im inny ja jak jako je jednak jego jej jest jeszcze jeśli już każdy kiedy kto która które którego
        której który których którzy lub ma mi mnie może można my na nad nam nas nie nich niej nim niż no o od on ona one
        oni oraz po pod podczas przed przez przy się są ta tak także tam te tego tej ten też to tu tych tylko tym u w we
        więc wszystkie wy z za ze że żeby""",
    "czech": """a aby ale ani anebo až bez bude budou by byl byla bylo byly být co či další do ho i jak jaké jaký jako
        je jeho jej její jejich jen ještě jim již já jsem jsme jsou k kde kdo když ke která které který kteří ku má mají
        mezi mi mě na nad nebo není než nic o od on ona oni po pod podle pokud pouze pro proč proto protože před při s
        se si své svůj ta tak také tato ten tento této to toho tom tomu tu tuto ty v ve však všech z za ze že""",
    "turkish": """acaba ama ancak bana bazı belki ben beni bir biraz biri birkaç biz bu bunu bunun burada bütün da daha
        de değil diye dolayı en fakat gibi göre hangi hem hep hepsi her hiç için ile ise kadar kez ki kim kimi mi mu mü
        mı nasıl ne neden nerede nereye niçin niye o olan olarak oldu olduğu olur ona onlar onu onun sanki sen siz sonra
        şey şu tarafından tüm üzere var ve veya ya yani yok çok çünkü""",
    "hungarian": """a abban ahhoz ahogy ahol aki akik akkor alatt amely amelyek amikor ami amit annak arra át az azok
        azonban azt aztán azért be belül csak de e eddig egy egyes egyik együtt el elé előtt elég én ennek erre ez ezek
        ezt ezért és fel felé ha hanem hogy hogyan honnan hol igen illetve ilyen is itt jól kell ki kik kívül között
        közül le legyen lehet lenne lesz lett még meg mely melyik mert mi mikor milyen minden mint mit mivel most már ne
        nem nincs ő ők olyan ott össze s sem szerint számára talán te több tehát úgy után utána vagy vagyok van volna
        volt voltak""",
    "romanian": """a această acest aceasta aceste acestea acestei acești acestor acestui ai aici al ale alte altă am ar
        are as așa asupra atunci au avea avem ca că când care căror ce cea cei cel cele celor chiar cine cu cum da dacă
        dar de deci deja despre din dintre după ea ei el ele este eu face fi fie fost fără iar îi îl îmi în încă între
        își la le lor lui mai mult nu numai o or ori pe pentru peste poate prin sa să sale sau se și sunt spre sub toate
        toți tot un una unde unei unor unui va vor""",
}
