#include "http/demo_picture.h"

#include "base/hash.h"
#include <stdint.h>

#define TITLE_MAX 200u

/* ---- shapes ---- */

/* Drawings of 400 by 400. $a is the thing's colour, $b a darker one, $c a lighter one, $d one that goes with it, $e nearly white. */
static const char sack[] =
    "<path d='M128 128q72-26 144 0l18 170q2 26-24 30-66 10-132 0-26-4-24-30z' fill='$a'/>"
    "<path d='M128 128q72-26 144 0l4 36q-76-22-152 0z' fill='$b'/><path d='M134 118q66-22 132 0l2 12q-68-20-136 0z' "
    "fill='$c'/>"
    "<rect x='152' y='190' width='96' height='88' rx='10' fill='$e'/><circle cx='200' cy='222' r='17' fill='$d'/>"
    "<path d='M170 254h60M178 266h44' stroke='$b' stroke-width='5' stroke-linecap='round'/>";
static const char carton[] =
    "<path d='M118 140l82-28 82 28v152l-82 38-82-38z' fill='$a'/><path d='M200 168l82-28v152l-82 38z' fill='$b'/>"
    "<path d='M118 140l82-28 82 28-82 28z' fill='$c'/><path d='M132 186l54 19v62l-54-20z' fill='$e'/>"
    "<path d='M142 210l34 12M142 226l34 12' stroke='$d' stroke-width='6' stroke-linecap='round'/>";
static const char tin[] =
    "<path d='M120 140v156q0 32 80 32t80-32V140z' fill='$a'/><ellipse cx='200' cy='140' rx='80' ry='28' fill='$c'/>"
    "<ellipse cx='200' cy='134' rx='62' ry='19' fill='$b'/><path d='M120 190q0 30 80 30t80-30v62q0 30-80 30t-80-30z' "
    "fill='$e'/>"
    "<circle cx='200' cy='250' r='16' fill='$d'/><path d='M160 246h18M222 246h18' stroke='$b' stroke-width='5'/>";
static const char bottle[] = "<path d='M172 84h56v34q0 12 16 24 16 14 16 40v122q0 26-28 26h-64q-28 0-28-26V182q0-26 "
                             "16-40 16-12 16-24z' fill='$a'/>"
                             "<rect x='168' y='68' width='64' height='36' rx='8' fill='$b'/><rect x='140' y='196' "
                             "width='120' height='88' fill='$e'/>"
                             "<path d='M200 214q26 20 0 50-26-30 0-50z' fill='$d'/><path d='M156 158q-6 14-4 28' "
                             "stroke='$c' stroke-width='8' fill='none' stroke-linecap='round'/>";
static const char jar[] =
    "<path d='M134 148h132q18 12 18 36v116q0 30-30 30H146q-30 0-30-30V184q0-24 18-36z' fill='$c'/>"
    "<path d='M116 222q84-26 168 0v78q0 30-30 30H146q-30 0-30-30z' fill='$a'/><rect x='126' y='104' width='148' "
    "height='44' rx='12' fill='$b'/>"
    "<rect x='152' y='212' width='96' height='62' rx='8' fill='$e'/><path d='M170 234h60M180 250h40' stroke='$d' "
    "stroke-width='6' stroke-linecap='round'/>"
    "<path d='M132 190v60' stroke='$e' stroke-width='8' stroke-linecap='round' opacity='.7'/>";
static const char packet[] = "<path d='M132 96h136v224H132z' fill='$e'/><path d='M132 96h136v66H132z' fill='$a'/><path "
                             "d='M132 162l34 14 34-14 34 14 34-14v26H132z' fill='$a'/>"
                             "<path d='M200 296v-62' stroke='$b' stroke-width='7'/><path d='M200 262q-44 2-46-38 42 0 "
                             "46 38zM200 250q0-42 46-44 2 42-46 44z' fill='$d'/>"
                             "<path d='M154 122h92M170 140h60' stroke='$c' stroke-width='7' stroke-linecap='round'/>";
static const char mug[] = "<path d='M252 176h22q34 0 34 40t-34 40h-22' fill='none' stroke='$b' stroke-width='20'/>"
                          "<path d='M112 144h150v128q0 46-46 46h-58q-46 0-46-46z' fill='$a'/><ellipse cx='187' "
                          "cy='144' rx='75' ry='20' fill='$c'/>"
                          "<ellipse cx='187' cy='146' rx='60' ry='13' fill='$b'/><path d='M134 196v66q0 14 8 24' "
                          "stroke='$c' stroke-width='9' fill='none' stroke-linecap='round'/>"
                          "<path d='M166 112q-12-14 0-28t0-28M204 112q-12-14 0-28t0-28' stroke='$e' stroke-width='7' "
                          "fill='none' stroke-linecap='round'/>";
static const char pot[] =
    "<path d='M94 210q-34-4-40-42' stroke='$b' stroke-width='18' fill='none' stroke-linecap='round'/>"
    "<path d='M296 196q44-8 40 36t-56 44' stroke='$b' stroke-width='18' fill='none'/>"
    "<ellipse cx='196' cy='232' rx='112' ry='90' fill='$a'/><path d='M112 196q84-44 168 0' fill='$c'/><ellipse "
    "cx='196' cy='164' rx='60' ry='17' fill='$b'/>"
    "<path d='M136 160q60-44 120 0' fill='$a'/><circle cx='196' cy='124' r='14' fill='$d'/><rect x='144' y='312' "
    "width='104' height='16' rx='8' fill='$b'/>"
    "<path d='M120 236q2 34 28 52' stroke='$c' stroke-width='10' fill='none' stroke-linecap='round'/>";
static const char pan[] =
    "<rect x='252' y='196' width='128' height='26' rx='13' fill='$b' transform='rotate(-18 252 208)'/><ellipse "
    "cx='168' cy='236' rx='122' ry='84' fill='$b'/>"
    "<ellipse cx='168' cy='224' rx='122' ry='80' fill='$a'/><ellipse cx='168' cy='226' rx='98' ry='60' fill='$c'/>"
    "<ellipse cx='168' cy='232' rx='92' ry='53' fill='$b' opacity='.55'/><path d='M100 214q26-32 70-34' stroke='$e' "
    "stroke-width='8' fill='none' stroke-linecap='round' opacity='.7'/>";
static const char plate[] =
    "<ellipse cx='200' cy='228' rx='142' ry='104' fill='$b'/><ellipse cx='200' cy='216' rx='142' ry='104' fill='$a'/>"
    "<ellipse cx='200' cy='216' rx='118' ry='84' fill='$c'/><ellipse cx='200' cy='220' rx='88' ry='60' fill='$e'/>"
    "<path d='M84 190q30-58 92-70' stroke='$e' stroke-width='8' fill='none' stroke-linecap='round' opacity='.8'/>";
static const char bowl[] = "<path d='M72 186h256q0 130-94 140h-68q-94-10-94-140z' fill='$a'/><ellipse cx='200' "
                           "cy='186' rx='128' ry='36' fill='$c'/>"
                           "<ellipse cx='200' cy='190' rx='108' ry='26' fill='$b'/><path d='M104 236q14 50 56 66' "
                           "stroke='$c' stroke-width='10' fill='none' stroke-linecap='round'/>"
                           "<rect x='152' y='320' width='96' height='14' rx='7' fill='$b'/>";
static const char glass[] = "<path d='M92 92h96q10 108-40 118v86h30v14h-76v-14h30v-86q-50-10-40-118z' fill='$c' "
                            "opacity='.9'/><path d='M94 132h92q-2 70-46 70t-46-70z' fill='$d'/>"
                            "<path d='M212 116h96q10 108-40 118v70h30v14h-76v-14h30v-70q-50-10-40-118z' "
                            "fill='$c'/><path d='M214 160h92q-4 66-46 66t-46-66z' fill='$a'/>"
                            "<path d='M108 108q-2 46 12 66M228 132q-2 46 12 66' stroke='$e' stroke-width='6' "
                            "fill='none' stroke-linecap='round'/>";
static const char knife[] =
    "<path d='M96 292l156-186q46 22 30 66L140 312z' fill='$c'/><path d='M96 292l170-156q14 18 16 36L140 312z' "
    "fill='$e'/>"
    "<rect x='60' y='296' width='98' height='34' rx='16' fill='$a' transform='rotate(-48 96 312)'/><circle cx='92' "
    "cy='318' r='5' fill='$e'/><circle cx='116' cy='290' r='5' fill='$e'/>";
static const char tool[] = "<rect x='186' y='196' width='28' height='142' rx='14' fill='$a'/><rect x='186' y='196' "
                           "width='28' height='26' fill='$d'/>"
                           "<path d='M200 62q54 46 40 104-8 34-40 40-32-6-40-40-14-58 40-104z' fill='$c'/><path "
                           "d='M200 62q54 46 40 104-8 34-40 40z' fill='$b' opacity='.55'/>"
                           "<path d='M194 300v20' stroke='$c' stroke-width='6' stroke-linecap='round'/>";
static const char cutlery[] =
    "<path d='M128 80v70q0 26 14 30v140h20V180q14-4 14-30V80h-9v62h-10V80h-10v62h-10V80z' fill='$a'/>"
    "<path d='M226 80q-26 8-26 54 0 34 18 42v144h20V176q18-8 18-42 0-46-30-54z' fill='$c'/><path d='M282 80q26 40 20 "
    "110h-14v130h-20V80z' fill='$b'/>";
static const char folded[] =
    "<rect x='86' y='238' width='228' height='72' rx='30' fill='$b'/><rect x='92' y='182' width='216' height='70' "
    "rx='30' fill='$a'/>"
    "<rect x='100' y='128' width='200' height='66' rx='28' fill='$c'/><path d='M118 160h120M112 216h130M106 274h136' "
    "stroke='$e' stroke-width='5' stroke-dasharray='14 9' opacity='.8'/>"
    "<rect x='240' y='128' width='24' height='182' fill='$d' opacity='.85'/>";
static const char cushion[] =
    "<path d='M98 112q102 26 204 0 22 0 14 30-18 74 0 140 8 28-20 24-96-20-192 0-28 4-20-24 18-66 0-140-8-30 14-30z' "
    "fill='$a'/>"
    "<path d='M130 142q70 16 140 0M124 270q76-14 152 0' stroke='$c' stroke-width='7' fill='none'/><path d='M138 "
    "206h124M200 152v108' stroke='$d' stroke-width='9' stroke-linecap='round' stroke-dasharray='2 22'/>"
    "<path d='M98 112l-16-16M302 112l16-16M96 306l-14 16M304 306l14 16' stroke='$b' stroke-width='8' "
    "stroke-linecap='round'/>";
static const char book[] =
    "<path d='M112 92h164q16 0 16 16v200q0 16-16 16H112z' fill='$a'/><path d='M112 92h30v232h-30q-12-8-12-20V104q0-12 "
    "12-12z' fill='$b'/>"
    "<rect x='172' y='132' width='90' height='56' rx='6' fill='$e'/><path d='M186 154h62M186 170h40' stroke='$d' "
    "stroke-width='6' stroke-linecap='round'/><rect x='252' y='92' width='14' height='232' fill='$d'/>";
static const char card[] =
    "<rect x='92' y='110' width='170' height='214' rx='8' fill='$b' transform='rotate(-8 176 216)'/><rect x='136' "
    "y='96' width='170' height='222' rx='8' fill='$e'/>"
    "<circle cx='221' cy='186' r='46' fill='$c'/><path d='M221 232v58' stroke='$b' stroke-width='6'/><path d='M221 "
    "144q34 22 0 84-34-62 0-84z' fill='$a'/><circle cx='221' cy='186' r='13' fill='$d'/>";
static const char candle[] =
    "<path d='M118 168h164v128q0 34-34 34h-96q-34 0-34-34z' fill='$a'/><ellipse cx='200' cy='168' rx='82' ry='24' "
    "fill='$c'/><ellipse cx='200' cy='172' rx='66' ry='16' fill='$e'/>"
    "<path d='M200 172v-30' stroke='#4a3f38' stroke-width='6' stroke-linecap='round'/><path d='M200 70q30 40 14 64-14 "
    "18-28 0-16-24 14-64z' fill='#f5a623'/><path d='M200 98q14 22 6 34-6 8-12 0-8-12 6-34z' fill='#fff1c2'/>"
    "<rect x='154' y='216' width='92' height='66' rx='6' fill='$e'/><path d='M172 240h56M182 256h36' stroke='$d' "
    "stroke-width='5' stroke-linecap='round'/>";
static const char lamp[] =
    "<path d='M142 84h116l44 112H98z' fill='$a'/><path d='M142 84h26l-22 112H98z' fill='$c'/><rect x='192' y='196' "
    "width='16' height='54' fill='$b'/>"
    "<path d='M200 236q50 18 40 66-4 22-40 22t-40-22q-10-48 40-66z' fill='$d'/><ellipse cx='200' cy='326' rx='62' "
    "ry='12' fill='$b'/><ellipse cx='200' cy='200' rx='100' ry='12' fill='#fff3cf' opacity='.9'/>";
static const char bulb[] =
    "<path d='M200 76q86 4 84 88-2 46-44 78-8 8-8 26h-64q0-18-8-26-42-32-44-78-2-84 84-88z' fill='$c'/><path d='M176 "
    "262l-14-76 38 22 38-22-14 76' fill='none' stroke='$d' stroke-width='7' stroke-linejoin='round'/>"
    "<path d='M168 274h64v18h-64zM172 298h56v16h-56z' fill='$b'/><path d='M184 318h32l-8 14h-16z' fill='$a'/><path "
    "d='M140 148q8-36 40-46' stroke='$e' stroke-width='9' fill='none' stroke-linecap='round'/>";
static const char frame[] =
    "<rect x='92' y='76' width='216' height='252' fill='$b'/><rect x='104' y='88' width='192' height='228' "
    "fill='$a'/><rect x='124' y='108' width='152' height='188' fill='$e'/>"
    "<path d='M124 262l50-66 36 42 26-30 40 54v34H124z' fill='$d'/><circle cx='232' cy='150' r='22' fill='$c'/>";
static const char roll[] = "<rect x='104' y='96' width='58' height='232' rx='14' fill='$a' transform='rotate(-12 132 "
                           "212)'/><rect x='172' y='82' width='58' height='244' rx='14' fill='$c'/>"
                           "<rect x='244' y='96' width='58' height='232' rx='14' fill='$d' transform='rotate(12 272 "
                           "212)'/><ellipse cx='201' cy='92' rx='29' ry='10' fill='$b'/>"
                           "<path d='M172 150l58 30M172 206l58 30M172 262l58 30' stroke='$e' stroke-width='8'/>";
static const char balloons[] = "<path d='M146 214q-10 60 34 116M208 246q-6 40-22 84M262 204q0 80-66 126' stroke='$b' "
                               "stroke-width='4' fill='none'/>"
                               "<ellipse cx='142' cy='146' rx='56' ry='68' fill='$a'/><ellipse cx='262' cy='136' "
                               "rx='54' ry='66' fill='$d'/><ellipse cx='204' cy='178' rx='56' ry='68' fill='$c'/>"
                               "<path d='M176 152q6-22 24-28M112 122q8-22 26-28' stroke='$e' stroke-width='9' "
                               "fill='none' stroke-linecap='round'/>";
static const char bauble[] =
    "<circle cx='200' cy='224' r='104' fill='$a'/><path d='M98 204q102 44 204 0v42q-102 44-204 0z' fill='$d'/><rect "
    "x='178' y='98' width='44' height='32' rx='6' fill='$b'/>"
    "<path d='M200 98q-18-26 0-36 18 10 0 36' fill='none' stroke='$b' stroke-width='6'/><path d='M128 186q12-38 46-48' "
    "stroke='$e' stroke-width='12' fill='none' stroke-linecap='round'/>"
    "<circle cx='150' cy='240' r='7' fill='$e'/><circle cx='200' cy='250' r='7' fill='$e'/><circle cx='250' cy='240' "
    "r='7' fill='$e'/>";
static const char plant[] = "<path d='M124 222h152l-18 100q-2 12-16 12h-84q-14 0-16-12z' fill='$a'/><rect x='114' "
                            "y='200' width='172' height='36' rx='8' fill='$b'/>"
                            "<path d='M200 200q-4-60-66-78 0 66 66 78zM200 200q4-82 66-96 8 82-66 96z' "
                            "fill='#5c8a5a'/><path d='M200 200q-26-70 0-128 26 58 0 128z' fill='#7fae78'/>"
                            "<path d='M140 250l10 56' stroke='$c' stroke-width='9' stroke-linecap='round'/>";
static const char chair[] =
    "<path d='M126 74l14 130M274 74l-14 130' stroke='$b' stroke-width='14' stroke-linecap='round'/><path d='M132 "
    "92h136M136 126h128M140 160h120' stroke='$c' stroke-width='18' stroke-linecap='round'/>"
    "<rect x='116' y='200' width='168' height='30' rx='13' fill='$a'/><path d='M134 230l-16 104M266 230l16 104M160 "
    "230l-4 90M240 230l4 90' stroke='$b' stroke-width='13' stroke-linecap='round'/>";
static const char machine[] =
    "<path d='M124 124q0-34 34-34h84q34 0 34 34v172q0 30-30 30h-92q-30 0-30-30z' fill='$a'/><path d='M276 150h18q26 0 "
    "26 28v52q0 28-26 28h-18' stroke='$b' stroke-width='15' fill='none'/>"
    "<path d='M124 160l-34-22v-14h34z' fill='$b'/><rect x='150' y='116' width='100' height='34' rx='15' "
    "fill='$c'/><circle cx='200' cy='232' r='36' fill='$e'/><path d='M200 232l15-19' stroke='$d' stroke-width='7' "
    "stroke-linecap='round'/>"
    "<rect x='118' y='316' width='164' height='16' rx='8' fill='$b'/>";
static const char drill[] =
    "<path d='M96 128h150q20 0 20 20v30q0 20-20 20h-52l14 110h-68l-8-110H96q-20 0-20-20v-30q0-20 20-20z' "
    "fill='$a'/><rect x='266' y='142' width='34' height='42' rx='6' fill='$b'/><path d='M300 158h60v10h-60z' "
    "fill='$c'/>"
    "<rect x='118' y='300' width='112' height='34' rx='9' fill='$b'/><path d='M206 206l22 26-18 22' stroke='$d' "
    "stroke-width='10' fill='none'/><path d='M100 150h96' stroke='$e' stroke-width='9' stroke-linecap='round'/>";
static const char brush[] = "<rect x='180' y='214' width='40' height='124' rx='18' fill='$a'/><rect x='138' y='160' "
                            "width='124' height='58' rx='6' fill='$b'/><path d='M142 160V86q10 14 20 0 9 14 19 0 10 14 "
                            "19 0 10 14 19 0 10 14 20 0 9 14 19 0v74z' fill='$c'/>"
                            "<path d='M142 108q58-26 116 0V86q-10 14-19 0-10 14-20 0-9 14-19 0-9 14-19 0-10 14-19 0-10 "
                            "14-20 0z' fill='$d'/><circle cx='200' cy='314' r='7' fill='$e'/>";
static const char bucket[] =
    "<path d='M112 148q88-116 176 0' fill='none' stroke='$b' stroke-width='7'/><path d='M106 150h188l-16 162q-2 18-20 "
    "18H142q-18 0-20-18z' fill='$e'/><ellipse cx='200' cy='150' rx='94' ry='26' fill='$b'/>"
    "<ellipse cx='200' cy='154' rx='82' ry='19' fill='$a'/><path d='M126 164q4 50 20 52 14 0 12-42 22 8 26 74 4 26 18 "
    "4 10-40 8-74 40-2 62-16l-4 64q-70 44-140 0z' fill='$a'/>";
static const char basket[] = "<path d='M110 186q0-108 90-108t90 108' fill='none' stroke='$b' stroke-width='14'/><path "
                             "d='M84 186h232l-26 128q-4 18-22 18H132q-18 0-22-18z' fill='$a'/>"
                             "<path d='M92 222h216M98 258h204M106 294h188' stroke='$b' stroke-width='7'/><path d='M140 "
                             "190l10 140M180 190l4 140M220 190l-4 140M260 190l-10 140' stroke='$c' "
                             "stroke-width='7'/><rect x='78' y='176' width='244' height='22' rx='11' fill='$d'/>";
static const char house[] = "<path d='M124 176v148h152V176l-76-70z' fill='$a'/><path d='M92 186L200 86l108 100-14 "
                            "16-94-86-94 86z' fill='$b'/><circle cx='200' cy='218' r='34' fill='#3b322c'/>"
                            "<path d='M200 268v34' stroke='$d' stroke-width='11' stroke-linecap='round'/><path d='M138 "
                            "250v60' stroke='$c' stroke-width='7' stroke-linecap='round'/>";
static const char collar[] = "<path d='M200 302c-64-54-94-84-94-126 0-34 26-56 54-56 18 0 32 10 40 24 8-14 22-24 40-24 "
                             "28 0 54 22 54 56 0 42-30 72-94 126z' fill='$a'/>"
                             "<ellipse cx='200' cy='222' rx='30' ry='24' fill='$e'/><circle cx='160' cy='192' r='13' "
                             "fill='$e'/><circle cx='186' cy='172' r='13' fill='$e'/><circle cx='214' cy='172' r='13' "
                             "fill='$e'/><circle cx='240' cy='192' r='13' fill='$e'/>";
static const char soap[] =
    "<rect x='92' y='192' width='216' height='112' rx='40' fill='$a'/><rect x='110' y='206' width='180' height='64' "
    "rx='28' fill='$c'/><path d='M150 240h100' stroke='$d' stroke-width='9' stroke-linecap='round'/>"
    "<circle cx='132' cy='140' r='26' fill='$e'/><circle cx='184' cy='108' r='16' fill='$e'/><circle cx='222' cy='148' "
    "r='20' fill='$e'/>";
static const char egg[] =
    "<path d='M176 84q74 0 78 140 0 88-78 92-78-4-78-92 4-140 78-140z' fill='$a'/><path d='M102 190l25-20 25 20 25-20 "
    "25 20 25-20 22 18 3 42-25-18-25 20-25-20-25 20-25-20-25 18z' fill='$d'/>"
    "<path d='M262 164q46 8 50 84 0 62-52 66-48-4-50-64 4-80 52-86z' fill='$c'/><circle cx='246' cy='226' r='9' "
    "fill='$b'/><circle cx='282' cy='250' r='9' fill='$b'/><circle cx='250' cy='280' r='9' fill='$b'/>";
static const char parcel[] =
    "<rect x='92' y='158' width='216' height='170' rx='10' fill='$a'/><rect x='82' y='130' width='236' height='50' "
    "rx='10' fill='$c'/><rect x='180' y='130' width='40' height='198' fill='$d'/>"
    "<path d='M200 128q-64-66-74-22-4 26 74 22zM200 128q64-66 74-22 4 26-74 22z' fill='none' stroke='$d' "
    "stroke-width='13'/><path d='M92 180h216' stroke='$b' stroke-width='5' opacity='.6'/>";

/* Words that begin a word of a name, lower case: the one that ends last decides, for names end with what the thing is; of several, the first. */
static const struct {
    const char *word, *shape;
} things[] = {
    {"coffee beans", sack},
    {"flour", sack},
    {"compost", sack},
    {"charcoal", sack},
    {"bird seed", sack},
    {"dog food", sack},
    {"pebbles", sack},
    {"litter", sack},
    {"wood chips", sack},
    {"kindling", sack},
    {"sugar", sack},
    {"cat food", tin},
    {"leaf tea", tin},
    {"caddy", tin},
    {"tea bags", carton},
    {"filter papers", carton},
    {"firelighters", carton},
    {"infuser", tool},
    {"dripper", mug},
    {"poop bags", roll},
    {"cof. beans", sack},
    {"teaspoons", cutlery},
    {"toothbrush", brush},
    {"water bottle", bottle},
    {"placemats", folded},
    {"calendar", frame},
    {"dog bed", cushion},
    {"cat bed", cushion},
    {"hon.", jar},
    {"teapot", pot},
    {"kettle barbecue", bowl},
    {"kettle", machine},
    {"espresso cup", mug},
    {"espresso machine", machine},
    {"mug", mug},
    {"cups", mug},
    {"cosy", cushion},
    {"paint brush", brush},
    {"brush cleaner", bottle},
    {"brush", brush},
    {"roller", brush},
    {"scrubber", brush},
    {"wall paint", bucket},
    {"paint", bucket},
    {"primer", bucket},
    {"bucket", bucket},
    {"watering can", pot},
    {"wax", tin},
    {"polish", bottle},
    {"scented candle", candle},
    {"candles", candle},
    {"candle", candle},
    {"tealight", candle},
    {"diffuser", bottle},
    {"lights", bulb},
    {"bulb planter", tool},
    {"tulip", packet},
    {"daffodil", packet},
    {"seeds", packet},
    {"light bulb", bulb},
    {"batteries", carton},
    {"lamp", lamp},
    {"parasol", lamp},
    {"notebook", book},
    {"diary", book},
    {"card", card},
    {"tags", card},
    {"labels", card},
    {"print", frame},
    {"frame", frame},
    {"mirror", frame},
    {"shelf", frame},
    {"wrapping paper", roll},
    {"parchment", roll},
    {"tape", roll},
    {"hose", roll},
    {"twine", roll},
    {"ribbon", roll},
    {"wraps", roll},
    {"balloon", balloons},
    {"bunting", balloons},
    {"bauble", bauble},
    {"egg", egg},
    {"plate", plate},
    {"platter", plate},
    {"cake stand", plate},
    {"saucer", plate},
    {"bird bath", bowl},
    {"bowl", bowl},
    {"crock", bowl},
    {"wok", bowl},
    {"colander", bowl},
    {"fire pit", bowl},
    {"griddle", pan},
    {"frying", pan},
    {"saucepan", pan},
    {"jam pan", pan},
    {"pan lid", pan},
    {"pan", pan},
    {"casserole", pot},
    {"tumbler", glass},
    {"glasses", glass},
    {"carafe", bottle},
    {"decanter", bottle},
    {"knife sharpener", tool},
    {"knife", knife},
    {"knives", knife},
    {"cutlery", cutlery},
    {"spoons", cutlery},
    {"spoon", tool},
    {"spatula", tool},
    {"whisk", tool},
    {"trowel", tool},
    {"fork", cutlery},
    {"tongs", cutlery},
    {"secateurs", tool},
    {"grater", tool},
    {"screwdriver", tool},
    {"mop", brush},
    {"pen", tool},
    {"pencils", tool},
    {"rolling pin", roll},
    {"jar", jar},
    {"honey", jar},
    {"jam", jar},
    {"peppercorns", jar},
    {"sprinkles", jar},
    {"colouring", bottle},
    {"lunch box", carton},
    {"bread bin", carton},
    {"towel", folded},
    {"tablecloth", folded},
    {"napkins", folded},
    {"sheet", folded},
    {"duvet", folded},
    {"throw", folded},
    {"blanket", folded},
    {"curtain", folded},
    {"apron", folded},
    {"rug", folded},
    {"mat", folded},
    {"cloth", folded},
    {"robe", folded},
    {"spread", folded},
    {"glove", folded},
    {"protector", folded},
    {"cover", cushion},
    {"cushion", cushion},
    {"pillow", cushion},
    {"hammock", folded},
    {"soap bar", soap},
    {"soap", bottle},
    {"soak", jar},
    {"cream", jar},
    {"gel", bottle},
    {"liquid", bottle},
    {"spray", bottle},
    {"softener", bottle},
    {"remover", bottle},
    {"oil", bottle},
    {"extract", bottle},
    {"descaler", bottle},
    {"feed", bottle},
    {"mister", bottle},
    {"flask", bottle},
    {"plant pot", plant},
    {"planter", plant},
    {"plant stand", plant},
    {"window box", plant},
    {"hanging basket", plant},
    {"flowers", plant},
    {"vase", plant},
    {"propagator", plant},
    {"tree", plant},
    {"wreath", plant},
    {"feeder", house},
    {"nest box", house},
    {"chair", chair},
    {"table", chair},
    {"ladder", chair},
    {"airer", chair},
    {"drill", drill},
    {"blender", drill},
    {"mixer", machine},
    {"toaster", machine},
    {"grinder", machine},
    {"mill", machine},
    {"frother", machine},
    {"cafeti\xc3\xa8re", machine},
    {"maker", machine},
    {"cylinder", bottle},
    {"scales", machine},
    {"basket", basket},
    {"cool bag", basket},
    {"bag", sack},
    {"tin", bowl},
    {"tray", carton},
    {"dish", bowl},
    {"board", frame},
    {"chocolate", carton},
    {"yeast", packet},
    {"tablets", carton},
    {"toy", collar},
    {"collar", collar},
    {"lead", collar},
    {"treats", collar},
    {"chews", collar},
    {"kit", carton},
    {"cartridges", carton},
    {"screws", carton},
    {"plugs", carton},
    {"hooks", carton},
    {"box", carton},
};

/* ---- colours ---- */

/* Words of names and what they look like: hue, saturation, lightness. */
static const struct {
    const char *word;
    unsigned hue, saturation, lightness;
} colours[] = {
    {"rose gold", 14, 45, 68},     {"gold", 43, 62, 55},       {"silver", 210, 8, 70},    {"copper", 19, 52, 50},
    {"navy", 220, 48, 32},         {"midnight", 226, 42, 30},  {"sage", 100, 17, 62},     {"terracotta", 14, 52, 54},
    {"charcoal", 210, 7, 32},      {"mustard", 43, 66, 50},    {"dove grey", 210, 8, 66}, {"dusty rose", 350, 32, 68},
    {"forest green", 140, 34, 32}, {"ochre", 36, 58, 50},      {"natural", 36, 30, 72},   {"brushed steel", 208, 8, 62},
    {"cream", 42, 48, 80},         {"mint", 155, 38, 68},      {"coral", 10, 68, 66},     {"chalk white", 40, 18, 86},
    {"sea mist", 176, 22, 68},     {"olive", 72, 28, 42},      {"clay pink", 12, 38, 68}, {"slate", 212, 14, 44},
    {"buttercream", 46, 62, 78},   {"deep teal", 184, 46, 30}, {"red", 356, 56, 46},      {"black", 220, 6, 22},
    {"grey", 210, 6, 60},          {"white", 40, 16, 88},      {"cherry", 350, 44, 40},   {"oak", 32, 40, 58},
    {"beech", 34, 44, 68},         {"walnut", 24, 36, 34},     {"bamboo", 44, 42, 64},
};

typedef struct colour {
    unsigned hue, saturation, lightness; /* degrees, percent */
} colour;

typedef struct palette {
    colour ground, glow, thing[5]; /* $a to $e */
} palette;

static colour shaded(colour of, int lighter)
{
    int lightness = (int)of.lightness + lighter;
    of.lightness = (unsigned)(lightness < 12 ? 12 : lightness > 94 ? 94 : lightness);
    return of;
}

static bool is_letter(char byte)
{
    return (byte & 0x80) || (unsigned char)((byte | 0x20) - 'a') < 26;
}

/* Where the last `word` (lower case) that begins a word of `name` ends; 0: there is none. Case of ASCII does not count. */
static size_t last_end(ss_slice name, const char *word)
{
    size_t size = strlen(word), end = 0;
    for (size_t at = 0; at + size <= name.size; at++)
        if ((at == 0 || !is_letter(name.data[at - 1])) &&
            ss_slice_equal_nocase((ss_slice){name.data + at, size}, (ss_slice){word, size}))
            end = at + size;
    return end;
}

static palette palette_of(ss_slice item_id, ss_slice category, ss_slice name)
{
    unsigned own = (unsigned)(ss_hash(item_id.data, item_id.size) % 1000);
    unsigned kind = (unsigned)(ss_hash(category.data, category.size) % 360);
    colour thing = {(kind + 20 + own % 50) % 360, 34 + own % 14, 50 + own % 12};
    size_t last = 0;
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        size_t end = last_end(name, colours[i].word);
        if (end <= last)
            continue;
        last = end;
        thing = (colour){colours[i].hue, colours[i].saturation, colours[i].lightness};
    }
    bool pale = thing.lightness > 78;
    palette made = {.ground = {kind, 26, pale ? 82 : 88}, .glow = {kind, 34, pale ? 89 : 95}};
    made.thing[0] = thing;
    made.thing[1] = shaded(thing, -14);
    made.thing[2] = shaded(thing, pale ? -6 : 15);
    made.thing[3] = (colour){(kind + 190 + own % 40) % 360, 46, 52};
    made.thing[4] = (colour){40, 34, 95};
    return made;
}

/* ---- drawing ---- */

static ss_status append_colour(ss_buffer *out, colour of)
{
    return ss_buffer_printf(out, "hsl(%u,%u%%,%u%%)", of.hue, of.saturation, of.lightness);
}

/* The drawing with the colours in their places. */
static ss_status append_shape(ss_buffer *out, const char *shape, const palette *colours_of)
{
    ss_status status = SS_OK;
    while (status == SS_OK && *shape) {
        size_t plain = strcspn(shape, "$");
        status = ss_buffer_append(out, shape, plain);
        shape += plain;
        if (status != SS_OK || !*shape)
            break;
        status = append_colour(out, colours_of->thing[shape[1] - 'a']);
        shape += 2;
    }
    return status;
}

/* NULL: no word of it is known. */
static const char *shape_named(ss_slice name)
{
    const char *shape = NULL;
    size_t last = 0;
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        size_t end = last_end(name, things[i].word);
        if (end <= last)
            continue;
        last = end;
        shape = things[i].shape;
    }
    return shape;
}

/* What stands behind a comma is how much of it there is ("20 Bags", "40 Sheets"), or its colour. */
static const char *shape_of(ss_slice name, ss_slice category)
{
    static const char *const others[] = {parcel, carton, tin, jar, folded, bowl, basket};
    const char *comma = name.size > 0 ? memchr(name.data, ',', name.size) : NULL;
    const char *shape = comma ? shape_named((ss_slice){name.data, (size_t)(comma - name.data)}) : NULL;
    if (!shape)
        shape = shape_named(name);
    return shape ? shape : others[ss_hash(category.data, category.size) % (sizeof others / sizeof *others)];
}

/* XML has no place for these, however they are written (XML 1.0, production 2). */
static bool is_forbidden(ss_slice letter)
{
    unsigned char first = (unsigned char)letter.data[0];
    return letter.size == 0 || (letter.size == 1 && first < 0x20 && !strchr("\t\n\r", first)) || first == 0x7f ||
           (letter.size == 3 && memcmp(letter.data, "\xef\xbf", 2) == 0 && (unsigned char)letter.data[2] >= 0xbe);
}

static ss_status append_letter(ss_buffer *out, ss_slice letter)
{
    if (letter.size == 1 && strchr("<>&'\"", letter.data[0]))
        return ss_buffer_printf(out, "&#%d;", letter.data[0]);
    return ss_buffer_append(out, letter.data, letter.size);
}

static ss_status append_escaped(ss_buffer *out, ss_slice text)
{
    ss_status status = SS_OK;
    for (size_t done = 0; done < text.size && done < TITLE_MAX && status == SS_OK;) {
        ss_slice rest = {text.data + done, text.size - done};
        size_t step = ss_slice_utf8_step(rest);
        ss_slice letter = {rest.data, step};
        done += step ? step : 1;
        status =
            step == 0 || is_forbidden(letter) ? ss_buffer_append_text(out, "\xef\xbf\xbd") : append_letter(out, letter);
    }
    return status;
}

static ss_status append_ground(ss_buffer *out, const palette *colours_of)
{
    ss_status status;
    SS_TRY(ss_buffer_append_text(out, "<rect width='400' height='400' fill='"));
    SS_TRY(append_colour(out, colours_of->ground));
    SS_TRY(ss_buffer_append_text(out, "'/><circle cx='200' cy='190' r='170' fill='"));
    SS_TRY(append_colour(out, colours_of->glow));
    SS_TRY(ss_buffer_append_text(out, "'/><ellipse cx='200' cy='340' rx='124' ry='15' fill='#2b2320' opacity='.14'/>"));
out:
    return status;
}

ss_status ss_demo_picture(ss_slice item_id, ss_slice category, ss_slice name, ss_buffer *out)
{
    ss_status status;
    palette colours_of = palette_of(item_id, category, name);
    bool mirrored = ss_hash(item_id.data, item_id.size) >> 40 & 1;
    SS_TRY(ss_buffer_append_text(
        out, "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400' width='400' height='400'><title>"));
    SS_TRY(append_escaped(out, name));
    SS_TRY(ss_buffer_append_text(out, "</title>"));
    SS_TRY(append_ground(out, &colours_of));
    SS_TRY(ss_buffer_append_text(out, mirrored ? "<g transform='matrix(-1 0 0 1 400 0)'>" : "<g>"));
    SS_TRY(append_shape(out, shape_of(name, category), &colours_of));
    SS_TRY(ss_buffer_append_text(out, "</g></svg>\n"));
out:
    return status;
}
