"""Given names that are common where our customers are: by one of them a last line that names nobody else is a name.

A table only. The trap: no list knows all names, and many are words ("Stig", "Björn", "Sten"), so it only decides what a
line of one name by itself, at the very end of a mail, is taken for.
"""

from supportbot.mail.wording import words

GIVEN_NAMES = words(
    """
    adam agnes agneta aino alan albert albin alex alexander alexandra alf alfred alice alicia alma alva alvar amanda
    amelia amir anders andre andreas andrew angelica anita anja ann anna anne anneli annelie annette annika anthony
    anton antonia antti arja arne aron arthur arvid asta astrid august axel barbro beatrice bengt benjamin benny berit
    bernt bert bertil birger birgit birgitta birthe bjarne björn bjørn bo bodil boris bosse brian britt britta börje
    camilla carin carina carl carol carola caroline casper catarina cecilia charlie charlotta charlotte chris christer
    christian christina christoffer claes clara colin conny cornelia craig dag dagny daniel daniella dave david
    deborah dennis derek diana diane donna dorothy ebba eddie edith edvin edward eero eija einar eino elin elina elis
    elisabet elisabeth elizabeth ella ellen ellinor elliot elna elof elsa elsie elvira emelie emil emilia emily emma
    emmy enar engla erik erika erkki ernst ester eva evelina evert ewa fabian fatima felicia felix filip filippa fiona
    folke frank frans fraser fredrik freja frida frode gabriel gabriella gareth gary georg george gerd gert graham
    greg greta gudrun gun gunborg gunilla gunn gunnar gunnel gustaf gustav göran gösta göte hampus hanna hannah hanne
    hannes hannu hans harald harriet harry hassan hasse heidi heikki helen helena helene helge helmer henning henric
    henrik henry herbert hilda hilding hilma hjalmar hjördis holger howard hugh hugo håkan ian ida idun ilkka ilse
    inga inge ingeborg ingegerd ingela inger ingmar ingrid ingvar irene iris isa isabell isabella isac isak ivar
    jaakko jack jacob jakob james jan jana jane janet janne jari jasmine jason jasper jean jeff jennie jenny jens
    jerry jesper jessica jim jimmy joakim joan joanne joe joel johan johanna johannes john johnny jon jonas jonatan
    jonathan jonna jonny jorma josef josefin josefine joseph josh jossan joyce judith judy juha juhani jukka julia
    julian julie juni jussi jytte jörgen jørgen kaisa kaj kalle karen kari karin karl karolina kasper katarina kate
    katrin keith kelly kenneth kent kerstin kevin kim kimmo kirsi kirsten kjell klara klas knut krister kristian
    kristin kristina kristoffer kurt kåre lars lasse laura lee leena leif leila lena lene lennart leo leon lesley
    lilian lilly lina linda linn linnea linus lisa lisbeth lise liselott liv lone lotta lotte louise lova love lovisa
    lucas ludvig lukas lydia lynn madeleine mads magda magdalena magnus maj maja majken malcolm malin malte margaret
    maria marianne marie marika marina mario mariya marja mark markku marko markus marta martin martina mary matilda
    mats matt matthew matti mattias maud max maximilian may melker merja mette mia michael michelle mika mikael
    mikaela mike mikko milla milo minna mira miriam moa mohamed molly mona monica monika morgan morten märta måns
    nancy natalia natalie nathalie neil nellie nicklas nicola nicole niels nigel niklas nils nina nisse noa noah noel
    nora ola olaf olav ole oliver olivia olle olof oscar oskar ossi otto outi ove owe paavo pamela pasi patric
    patricia patrick patrik paul paula paulina pauline pekka pelle pentti per pernilla peter petra petri philip pia
    pirjo pirkko pontus poul preben päivi pär quentin rachel ragnar ragnhild raija raimo rainer ralf ramon rasmus
    rebecca rebecka reine reino richard riitta rikard rikke risto robban robert robin roger roine roland rolf ronald
    ronja ronny rosa rosemary ross roy rune rut ruth ryan saara saga sally sam samantha sami samir samuel sandra sanna
    sara sarah sari sean sebastian selma seppo sharon sheila shirley signe sigrid sigvard simon sirpa siv sixten sofia
    sofie solveig sonja sophie staffan stefan stella sten stephen steve stig stina stuart sture sue sune susan susanna
    susanne suzanne svante svea sven sverker sylvia synnøve sören søren tage taina tapio tarja teija terese teresia
    terje tero theo theodor therese thomas thor tim timo tina tobias tom tomas tommy tone tony tor torben torbjörn
    tord tore torgny torsten tove tracy trevor trygve tuija turid tuula tuva tyra ulf ulla ulrica ulrika urban ursula
    vanja vega veikko veli vera vibeke victoria vidar viktor viktoria vilgot vilhelm ville vilma vincent viola virpi
    vivianne walter wendy wilhelm william wilma yasmin ylva yngve yvonne zara ängla åke åsa åse östen øystein øyvind
    """
)
