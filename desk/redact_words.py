"""The words by which redaction tells a name from another capitalised word; all in lower case."""

from __future__ import annotations

from typing import Final

GIVEN_NAMES: Final = frozenset(
    """aaron adam adrian adriana aisha alan alberto alejandra alejandro alex alexander alexandra
    alexis alfonso alicia alison allison amanda amber amy ana andrea andrew angela anita ann
    anna anne anthony antonio ariana arturo ashley austin barbara beatriz benjamin beth bettina
    betty beverly brandon brenda brian brittany bruce bryan camila carl carla carlos carmen
    carol carolina caroline catherine cecilia charles charlotte cheryl chloe chris christian
    christina christine christopher cindy claire claudia connor craig crystal cynthia daniel
    daniela danielle david deborah debra denise dennis derek diana diane diego donald donna
    dorothy douglas dylan eduardo edward elena elizabeth ella ellen emily emma enrique eric
    erica erika ernesto ethan eugene eva evelyn felipe fernanda fernando frances francesca
    francisco frank gabriel gabriela gary george gerald gina gloria gonzalo greg gregory
    guadalupe guillermo gustavo hannah harold heather hector helen henry howard hugo ian ignacio
    irene isabel isabella ivan jacob jacqueline jaime james jamie janet janice jared jasmine
    jason javier jean jeff jeffrey jennifer jeremy jerry jesse jessica jill joan joe joel john
    johnny jonathan jordan jorge jose josé joseph joshua juan juana juanita judith judy julia
    julian julie julio justin karen karina karl kate katherine kathleen kathryn katie kayla
    keith kelly kenneth kevin kimberly kyle larry laura lauren lawrence leah leonardo leslie
    liam linda lisa logan lopez lorena lori lucas lucia lucía luis luisa luz lynn madison manuel
    marcela marco marcos margaret margarita maria maría mariana marie marilyn mario marisol
    martha martin martín martina mary mason mateo matthew megan melanie melissa michael michelle
    miguel mike mohammed monica mónica nancy natalia natalie nathan nicholas nicole noah norma
    olga oliver olivia oscar pablo paloma pamela paola patricia patrick paul paula pedro peter
    philip phillip rachel rafael ralph ramón raul raúl raymond rebecca ricardo richard robert
    roberto rodrigo roger ronald rosa rosario roy ruben russell ruth ryan samantha samuel sandra
    santiago sara sarah scott sean sebastian sergio sharon shirley silvia sofia sofía sophia
    stephanie stephen steve steven susan susana sylvia tamara tammy tara teresa terry theresa
    thomas tiffany timothy tina todd tony tracy tyler valentina valeria vanessa veronica
    verónica vicente victor victoria vincent virginia walter wayne wendy william ximena yolanda
    zachary""".split()
)
"""Given names that are hardly anything else: redacted wherever they are capitalised."""

AMBIGUOUS_NAMES: Final = frozenset(
    """abril angel ángel april art august austin autumn bill chase consuelo daisy dawn dolores
    esperanza faith grace hope iris jack jesús jesus joy june mark may mercedes mercy miles pat
    pilar rob rose sky soledad sue summer violet will""".split()
)
"""Given names that are also words: redacted only before another capitalised word."""

STOP_WORDS: Final = tuple(
    """a about after all also am an and any are as ask at be because been before but by called can
    call could did do does don't email for from get give had has have he hello help her hers hey
    hi him his hola how i i'm if in is it it's its just let like may me more my need no not of
    ok okay on or our out over pero please por que quiero she should since so some take tell
    than thank thanks that the their them then there they this tengo to took until up want was
    we were what when where which who why will with would y yes you your al ayer como con cuando
    de desde del dele después día dias días e el ella en entre es esta está estoy fue gracias ha
    hace hasta hay hoy la las le lo los me mi muy necesito ni o para pregunte puede puedo se si
    sí sin sobre soy su también te tiene un una usted vivo voy ya yo ago away blocks cuadras
    days días doses hours horas meses miles milligrams minutes months pills times veces weeks
    years años""".split()
)
"""Words that neither begin nor continue a name or an address."""

NOT_NAMES: Final = frozenset(
    """abilify adderall ativan auvelity benadryl bupropion buspar celexa cymbalta depakote effexor
    esketamine esketamina gabapentin ibuprofen ketamine ketamina klonopin lamictal lexapro librium
    lithium litio lorazepam lyrica lozenges methadone naltrexone narcan oxycontin paxil percocet
    pristiq prozac remeron rexulti ritalin seroquel sertraline spravato suboxone tramadol trazodone
    trintellix tylenol valium viagra vicodin vraylar vyvanse wellbutrin xanax xl xr zofran zoloft
    zyprexa
    abuse acute addiction adhd alcohol alcoholic allergic alérgica alérgico alzheimer anxiety
    anxious ansiedad asthma autistic bipolar borderline cancer chronic clinic clinical clínica
    complex crisis dependent depressed depressive depresión depression diabetes diabetic diabética
    diabético disorder dissociative doctor emergency emergencias epilepsy epileptic er fda
    fibromyalgia general generalized health heart high hospital hypertension infusion infusión iv
    insomnia lifeline line major manic medical medicine mental nasal nurse obsessive oral pain panic
    personality poison postpartum pregnant prevention psychiatry ptsd room schizophrenia sick social
    spray stress suicidal suicide suicidio suicidal text therapy terapia tired trauma treatment
    tratamiento trial urgent veteran veterans
    aetna america american anthem apple asian black blue britain british california canada canadian
    catholic central china chinese christian christmas cigna cross cuba cuban day don east easter
    english eve europe european facebook florida force german google good great hispanic humana
    independence indian insurance instagram irish italian jersey jewish kaiser los latina latino
    latin lake medicaid medicare mexican mexicana mexicano mexico méxico midwest muslim national new
    north nevada orleans paypal permanente puerto reddit republic rican rico river saint san santa
    service shield south spanish spain españa states street texas tiktok tricare united university
    uber va venmo venezolana venezolano vegas west white york youtube zelle zoom
    monday tuesday wednesday thursday friday saturday sunday lunes martes miércoles jueves viernes
    sábado domingo january february march april june july august september october november december
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    mr mrs ms miss mx dr dra prof sr sra srta
    address admin also always another appointment army assistant back bad best better billing can
    center centre clean could day dear dead done feeling fine first free fun god going gonna goodbye
    happy home honest hope id just last late like line looking lost love mom mother dad night not
    now ok okay one please ready really safe second self serious side sober some sorry still stop
    sure team time today tomorrow too tonight very visit what when where will worried yes
    navy marine corps act therapy special k effects policy support group system hotline chat
    """.split()
)
"""Capitalised words that are no part of a name: medicines, conditions, places, firms, days."""
