#include "job/simulate_shop.h"

#include <math.h>

#define BRANDS_DRINKS                                                                                                  \
    "Kettlebrook|Morning Tide|Old Quay|Larkhill|Ninth Lane|Bramble & Bean|Copper Lane|Tolliver|Windle & Co|Hazelgate"
#define BRANDS_KITCHEN                                                                                                 \
    "Hearthwell|Alder & Finch|Marrow Creek|Stonebrook|Pellmore|Oakenshaw|Brightmere|Haldengate|Saltmarsh|Kitson Vale"
#define BRANDS_BAKING                                                                                                  \
    "Flour & Fern|Crumbly|Butterwick|Millstone Row|Sugarloaf Lane|Ovenbird|Wheatley Bros|Proof & Rise|Maple "          \
    "Nook|Tinwhistle"
#define BRANDS_TABLE                                                                                                   \
    "Thistledown|Claybourne|Fable & Oak|Northlight|Pebble House|Linden Table|Ashgrove|Porcelain Yard|Marlow "          \
    "Lane|Dovetail"
#define BRANDS_TEXTILE                                                                                                 \
    "Cotton Row|Weaver & Wren|Softmere|Downfield|Harbour Loom|Nestling|Lindenhall|Wooltide|Quiet Room|Hollisby"
#define BRANDS_BATH                                                                                                    \
    "Seafern|Rillwater|Bathe & Bloom|Fennel & Fig|Mossbank|Clarosa|Tidewell|Lavender Hall|Soapwright|Evergale"
#define BRANDS_CLEANING                                                                                                \
    "Brightly|Cleanfield|Honest Suds|Pinewash|Rippleby|Greenmop|Tidybird|Whitcombe|Fresh Start|Lemon Yard"
#define BRANDS_GARDEN                                                                                                  \
    "Greenacre & Sons|Robin's Gate|Thornbury|Earthly|Potter's Shed|Wildmeadow|Rake & Rose|Orchard "                    \
    "End|Fernhill|Spadework"
#define BRANDS_OUTDOOR                                                                                                 \
    "Emberstone|Campfire Lane|Sunday Smoke|Openfield|Larchwood|Summerhouse|Brookside|Smoke & Pine|Trailend|Long "      \
    "Evening"
#define BRANDS_TRADE                                                                                                   \
    "Coatwell|Brushmark|Plumb & Level|Handyman's Friend|Fairwall|Ironbark|Paintbox Lane|Trueline|Steadfast|Benchmate"
#define BRANDS_DECOR                                                                                                   \
    "Glowworm|Candlewick|Halo & Hearth|Driftwood Bay|Paper Moon|Juniper House|Moth & Flame|Velvet Fox|Lumen "          \
    "Lane|Little Attic"
#define BRANDS_PARTY                                                                                                   \
    "Merrily|Ribbon & Rye|Confetti Club|Winterfold|Holly Lodge|Festive Fox|Paperlane|Jollytime|Snowdrop|Twelve Bells"
#define BRANDS_PETS                                                                                                    \
    "Waggle|Purrfield|Bark & Bowl|Tailwind|Whisker Lane|Good Dog Co|Pawsley|Hedgerow Pets|Mutt & Mog|Field & Feather"

#define GLAZES   "White|Sage|Navy|Terracotta|Charcoal|Mustard"
#define CLOTHS   "Natural|Dove Grey|Dusty Rose|Forest Green|Midnight Blue|Ochre|White"
#define METALS   "Black|Copper|Brushed Steel|Cream"
#define PLASTICS "Mint|Coral|Grey|White"
#define WALLS    "Chalk White|Sea Mist|Olive|Clay Pink|Slate|Buttercream|Deep Teal|Ink"
#define FESTIVE  "Gold|Silver|Red|Forest Green|Rose Gold"
#define SCENTS   "Lavender|Fig & Cassis|Cedar|Sea Salt|Vanilla|Wild Mint|Orange Blossom"

const char ss_shop_ranges[] =
    "Harbour|Meadow|Willow|Northmoor|Juno|Solstice|Camden|Elm Park|Riverside|Cinder|Halcyon|Orchard|Sorrel|Kestrel|"
    "Amber|Highland|Coast|Marigold|Briar|Tundra|Alba|Cobble|Lantern|Provence|Heather|Quarry|Skylark|Pippin|Verity|"
    "Ember|Lagoon|Nordic|Sienna|Clover|Rowan|Drift|Foundry|Hamlet|Iris|Jasper|Keswick|Luna|Mistral|Nettle|Opal|Prairie|"
    "Quill|Ridge|Sparrow|Tansy|Umber|Valley|Wharf|Yarrow|Zephyr|Acorn|Birch|Canyon|Dune|Estuary|Fjord|Grove|Haven|"
    "Indigo|Jubilee|Knoll|Loft|Maple|Nimbus|Oxbow|Petal|Quartz|Reed|Saffron|Thyme|Urban|Vesper|Windmill|Yew|Aurora";

const ss_shop_category ss_shop_categories[] = {
    {"Coffee", "CO", BRANDS_DRINKS},
    {"Tea", "TE", BRANDS_DRINKS},
    {"Cookware", "CW", BRANDS_KITCHEN},
    {"Knives & Boards", "KB", BRANDS_KITCHEN},
    {"Kitchen Tools", "KT", BRANDS_KITCHEN},
    {"Kitchen Appliances", "KA", BRANDS_KITCHEN},
    {"Food Storage", "FS", BRANDS_KITCHEN},
    {"Preserving", "PR", BRANDS_KITCHEN},
    {"Bakeware", "BW", BRANDS_BAKING},
    {"Baking Ingredients", "BI", BRANDS_BAKING},
    {"Cake Decorating", "CD", BRANDS_BAKING},
    {"Tableware", "TW", BRANDS_TABLE},
    {"Glassware", "GW", BRANDS_TABLE},
    {"Cutlery", "CU", BRANDS_TABLE},
    {"Table Linen", "TL", BRANDS_TEXTILE},
    {"Bed Linen", "BL", BRANDS_TEXTILE},
    {"Pillows & Duvets", "PD", BRANDS_TEXTILE},
    {"Cushions & Throws", "CT", BRANDS_TEXTILE},
    {"Towels", "TO", BRANDS_TEXTILE},
    {"Bathroom", "BA", BRANDS_BATH},
    {"Soap & Skin", "SO", BRANDS_BATH},
    {"Laundry", "LA", BRANDS_CLEANING},
    {"Cleaning", "CL", BRANDS_CLEANING},
    {"Planters", "PL", BRANDS_GARDEN},
    {"Seeds & Bulbs", "SE", BRANDS_GARDEN},
    {"Soil & Feed", "SF", BRANDS_GARDEN},
    {"Garden Tools", "GT", BRANDS_GARDEN},
    {"Birds & Wildlife", "BD", BRANDS_GARDEN},
    {"Barbecue", "BQ", BRANDS_OUTDOOR},
    {"Outdoor Living", "OL", BRANDS_OUTDOOR},
    {"Picnic", "PI", BRANDS_OUTDOOR},
    {"Paint", "PA", BRANDS_TRADE},
    {"Decorating Tools", "DT", BRANDS_TRADE},
    {"Hardware", "HW", BRANDS_TRADE},
    {"Candles & Scent", "CS", BRANDS_DECOR},
    {"Lighting", "LI", BRANDS_DECOR},
    {"Wall & Shelf", "WS", BRANDS_DECOR},
    {"Stationery", "ST", BRANDS_PARTY},
    {"Gift Wrap", "GF", BRANDS_PARTY},
    {"Party", "PT", BRANDS_PARTY},
    {"Christmas", "XM", BRANDS_PARTY},
    {"Easter", "EA", BRANDS_PARTY},
    {"Dogs", "DG", BRANDS_PETS},
    {"Cats", "CA", BRANDS_PETS},
};
const size_t ss_shop_category_count = sizeof ss_shop_categories / sizeof ss_shop_categories[0];

#define ANY(WEIGHT)             SS_SHOP_ORDINARY, 0, SS_SHOP_ALL_YEAR, WEIGHT
#define ANY_IN(SEASON, WEIGHT)  SS_SHOP_ORDINARY, 0, SS_SHOP_##SEASON, WEIGHT
#define ONCE(WEIGHT)            SS_SHOP_DURABLE, 0, SS_SHOP_ALL_YEAR, WEIGHT
#define ONCE_IN(SEASON, WEIGHT) SS_SHOP_DURABLE, 0, SS_SHOP_##SEASON, WEIGHT
#define AGAIN(DAYS, WEIGHT)     SS_SHOP_CONSUMABLE, DAYS, SS_SHOP_ALL_YEAR, WEIGHT

const ss_shop_type ss_shop_types[] = {
    {"Coffee", "Coffee Beans", AGAIN(21, 5.0f), 690, 1290,
     "House Blend|Ethiopia Sidamo|Colombia Huila|Brazil Santos|Espresso Roast|Decaf|Guatemala Antigua",
     "250 g|500 g|1 kg", ""},
    {"Coffee", "Coffee Filter Papers", AGAIN(45, 2.5f), 249, 590, "Unbleached|White|Bamboo", "40 Sheets|100 Sheets",
     ""},
    {"Coffee", "Coffee Grinder", ONCE(1.0f), 3490, 14900, "Hand|Conical Burr|Electric|Travel", "", METALS},
    {"Coffee", "Pour-Over Dripper", ONCE(0.9f), 1290, 3290, "Ceramic|Glass|Steel", "Size 2|Size 4", GLAZES},
    {"Coffee", "Cafetière", ONCE(0.9f), 1690, 4490, "Glass|Double-Wall Steel|Stoneware", "3 Cup|8 Cup", METALS},
    {"Coffee", "Espresso Machine", ONCE(0.5f), 14900, 44900, "Compact|Dual Boiler|Lever", "", METALS},
    {"Coffee", "Milk Frother", ONCE(0.6f), 1490, 5990, "Handheld|Induction|Battery", "", METALS},
    {"Coffee", "Descaler", AGAIN(90, 1.2f), 490, 990, "Citric|Natural|Fast-Acting", "250 ml|500 ml", ""},

    {"Tea", "Loose Leaf Tea", AGAIN(28, 4.0f), 490, 990,
     "Earl Grey|Assam|Darjeeling|Jasmine Green|Peppermint|Rooibos|Ginger & Lemon", "100 g|250 g", ""},
    {"Tea", "Tea Bags", AGAIN(24, 3.0f), 290, 590, "English Breakfast|Camomile|Green|Fruits of the Forest|Fennel",
     "20 Bags|80 Bags", ""},
    {"Tea", "Teapot", ONCE(1.2f), 1990, 5490, "Stoneware|Glass|Cast Iron|Porcelain", "0.6 l|1.2 l", GLAZES},
    {"Tea", "Tea Infuser", ANY(1.2f), 490, 1490, "Basket|Ball|Steel|Leaf", "", ""},
    {"Tea", "Tea Caddy", ANY(0.9f), 890, 2290, "Tin|Wooden|Stoneware", "", GLAZES},
    {"Tea", "Tea Cosy", ANY_IN(WINTER, 0.7f), 1190, 2490, "Knitted|Quilted|Felt", "", CLOTHS},
    {"Tea", "Honey", AGAIN(40, 1.6f), 490, 1190, "Wildflower|Acacia|Heather|Lime Blossom", "250 g|500 g", ""},

    {"Cookware", "Frying Pan", ANY(1.8f), 2490, 7990, "Cast Iron|Non-Stick|Carbon Steel|Ceramic-Coated",
     "20 cm|24 cm|28 cm", ""},
    {"Cookware", "Pan Lid", ANY(1.0f), 990, 2490, "Glass|Steel|Cast Iron", "20 cm|24 cm|28 cm", ""},
    {"Cookware", "Saucepan", ANY(1.4f), 2290, 6990, "Stainless Steel|Enamel|Copper-Base", "16 cm|18 cm|20 cm", ""},
    {"Cookware", "Casserole", ONCE(0.8f), 4990, 17900, "Enamelled Cast Iron|Stoneware|Aluminium", "3 l|5 l|7 l",
     GLAZES},
    {"Cookware", "Wok", ONCE(0.6f), 2490, 6990, "Carbon Steel|Non-Stick|Cast Iron", "28 cm|32 cm", ""},
    {"Cookware", "Griddle Pan", ONCE(0.5f), 2490, 5990, "Cast Iron|Non-Stick", "", ""},
    {"Cookware", "Pan Scrubber", AGAIN(60, 1.2f), 290, 790, "Coconut|Chain Mail|Copper", "", ""},

    {"Knives & Boards", "Chef's Knife", ONCE(1.0f), 2990, 11900, "Forged|Carbon Steel|Stainless", "15 cm|20 cm", ""},
    {"Knives & Boards", "Bread Knife", ONCE(0.8f), 1990, 5990, "Forged|Serrated|Offset", "", ""},
    {"Knives & Boards", "Paring Knife", ANY(0.9f), 790, 2490, "Forged|Bird's Beak|Stainless", "", METALS},
    {"Knives & Boards", "Chopping Board", ANY(1.4f), 1490, 4990, "Oak|Beech|Bamboo|End-Grain Acacia", "Small|Large",
     ""},
    {"Knives & Boards", "Knife Sharpener", ONCE(0.7f), 1490, 4490, "Whetstone|Pull-Through|Ceramic Rod", "", ""},
    {"Knives & Boards", "Board Oil", AGAIN(75, 0.8f), 590, 1190, "Linseed|Mineral|Walnut", "150 ml|300 ml", ""},

    {"Kitchen Tools", "Cooking Spoon", ANY(1.3f), 290, 990, "Olive Wood|Beech|Cherry", "", ""},
    {"Kitchen Tools", "Spatula", ANY(1.2f), 490, 1290, "Silicone|Steel|Beech", "", PLASTICS},
    {"Kitchen Tools", "Whisk", ANY(1.0f), 590, 1490, "Balloon|Spiral|Silicone", "", METALS},
    {"Kitchen Tools", "Grater", ONCE(0.8f), 990, 2490, "Box|Fine|Coarse", "", ""},
    {"Kitchen Tools", "Colander", ONCE(0.7f), 1290, 3490, "Enamel|Steel|Collapsible", "", PLASTICS},
    {"Kitchen Tools", "Kitchen Scales", ONCE(0.8f), 1490, 4990, "Digital|Mechanical|Pocket", "", METALS},
    {"Kitchen Tools", "Pepper Mill", ONCE(0.7f), 1990, 4990, "Oak|Walnut|Acrylic", "", METALS},
    {"Kitchen Tools", "Peppercorns", AGAIN(60, 1.3f), 390, 890, "Black|White|Mixed|Long", "50 g|150 g", ""},

    {"Kitchen Appliances", "Electric Kettle", ONCE(0.8f), 2990, 9990, "Gooseneck|Glass|Steel|Retro", "", METALS},
    {"Kitchen Appliances", "Toaster", ONCE(0.7f), 2990, 8990, "2-Slice|4-Slice|Retro", "", METALS},
    {"Kitchen Appliances", "Stand Mixer", ONCE(0.4f), 19900, 49900, "Classic|Compact|Professional", "", GLAZES},
    {"Kitchen Appliances", "Hand Blender", ONCE(0.6f), 2490, 7990, "Cordless|2-Speed|Turbo", "", METALS},
    {"Kitchen Appliances", "Soda Maker", ONCE(0.5f), 5990, 12900, "Slim|Glass|Touch", "", METALS},
    {"Kitchen Appliances", "Gas Cylinder", AGAIN(50, 0.9f), 990, 1690, "Twist-On|Quick-Connect", "", ""},

    {"Food Storage", "Storage Jar", ANY(1.5f), 490, 1690, "Clip-Top Glass|Cork-Lid|Stoneware", "0.5 l|1 l|2 l", ""},
    {"Food Storage", "Lunch Box", ANY(1.2f), 990, 2990, "Steel|Bento|Bamboo", "", PLASTICS},
    {"Food Storage", "Bread Bin", ONCE(0.6f), 2490, 5990, "Enamel|Bamboo|Roll-Top", "", GLAZES},
    {"Food Storage", "Beeswax Wraps", AGAIN(120, 0.9f), 790, 1690, "Floral|Striped|Plain", "Pack of 3|Pack of 6", ""},
    {"Food Storage", "Freezer Bags", AGAIN(40, 1.4f), 249, 590, "Zip|Compostable|Silicone", "20 Bags|50 Bags", ""},
    {"Food Storage", "Jar Labels", ANY(0.8f), 290, 690, "Chalk|Kraft|Botanical", "", ""},

    {"Preserving", "Preserving Jars", ANY_IN(AUTUMN, 1.2f), 1290, 2690, "Screw-Top|Clip-Top|Hexagonal",
     "Set of 6|Set of 12", ""},
    {"Preserving", "Jam Pan", ONCE_IN(AUTUMN, 0.5f), 3990, 7990, "Steel|Copper|Aluminium", "", ""},
    {"Preserving", "Jam Sugar", ANY_IN(AUTUMN, 1.2f), 249, 490, "Extra-Pectin|Cane|Organic", "500 g|1 kg", ""},
    {"Preserving", "Jar Funnel", ANY_IN(AUTUMN, 0.6f), 490, 1290, "Steel|Silicone|Wide", "", ""},
    {"Preserving", "Fermenting Crock", ONCE_IN(AUTUMN, 0.4f), 3990, 8990, "Stoneware|Glass", "2 l|5 l", ""},

    {"Bakeware", "Loaf Tin", ANY(1.2f), 790, 2490, "Non-Stick|Carbon Steel|Silicone", "1 lb|2 lb", ""},
    {"Bakeware", "Cake Tin", ANY(1.2f), 890, 2490, "Springform|Loose-Base|Bundt", "20 cm|24 cm|28 cm", ""},
    {"Bakeware", "Baking Tray", ANY(1.2f), 890, 2290, "Heavy-Gauge|Non-Stick|Perforated", "Small|Large", ""},
    {"Bakeware", "Muffin Tin", ONCE(0.8f), 1290, 2490, "6-Hole|12-Hole|Mini", "", ""},
    {"Bakeware", "Muffin Cases", AGAIN(50, 1.3f), 190, 490, "Paper|Tulip|Polka Dot|Foil", "Pack of 50|Pack of 100", ""},
    {"Bakeware", "Baking Parchment", AGAIN(45, 1.6f), 290, 690, "Unbleached|Silicone-Coated|Pre-Cut", "10 m|20 m", ""},
    {"Bakeware", "Mixing Bowl", ANY(1.1f), 990, 2990, "Stoneware|Steel|Melamine", "2 l|4 l", GLAZES},
    {"Bakeware", "Rolling Pin", ONCE(0.7f), 1190, 2990, "Beech|Marble|Tapered", "", ""},
    {"Bakeware", "Cooling Rack", ONCE(0.6f), 790, 1790, "Folding|Three-Tier|Non-Stick", "", ""},
    {"Bakeware", "Proving Basket", ONCE(0.6f), 1290, 2490, "Round Rattan|Oval Rattan|Wood Pulp", "500 g|1 kg", ""},

    {"Baking Ingredients", "Bread Flour", AGAIN(18, 2.4f), 190, 390, "Strong White|Wholemeal|Rye|Spelt|Malted Grain",
     "1 kg|2 kg|5 kg", ""},
    {"Baking Ingredients", "Dried Yeast", AGAIN(35, 1.6f), 190, 390, "Fast-Action|Active|Organic", "", ""},
    {"Baking Ingredients", "Vanilla Extract", AGAIN(80, 1.0f), 490, 1190, "Madagascan|Tahitian|Organic", "50 ml|100 ml",
     ""},
    {"Baking Ingredients", "Baking Chocolate", AGAIN(30, 1.5f), 290, 690, "Dark 70 %|Milk|White|Ruby", "200 g|500 g",
     ""},
    {"Baking Ingredients", "Icing Sugar", AGAIN(50, 1.3f), 190, 390, "Fine|Golden|Fondant", "500 g|1 kg", ""},

    {"Cake Decorating", "Piping Bags", AGAIN(70, 0.9f), 390, 990, "Disposable|Cotton|Silicone", "Pack of 20|Pack of 50",
     ""},
    {"Cake Decorating", "Piping Nozzles", ONCE(0.6f), 790, 1990, "Star|Petal|Russian", "", ""},
    {"Cake Decorating", "Sprinkles", ANY(1.3f), 250, 590, "Pastel|Rainbow|Chocolate|Sugar Pearl", "", ""},
    {"Cake Decorating", "Food Colouring", ANY(1.0f), 290, 690, "Gel|Natural|Powder", "", "Red|Yellow|Blue|Green|Pink"},
    {"Cake Decorating", "Cake Stand", ONCE(0.6f), 1990, 4990, "Glass|Marble|Mango Wood|Porcelain", "", ""},
    {"Cake Decorating", "Birthday Candles", ANY(1.2f), 190, 490, "Spiral|Tall|Number", "", FESTIVE},

    {"Tableware", "Dinner Plate", ANY(1.8f), 890, 2490, "Stoneware|Porcelain|Speckled|Reactive Glaze", "", GLAZES},
    {"Tableware", "Pasta Bowl", ANY(1.5f), 890, 2290, "Stoneware|Porcelain|Speckled|Reactive Glaze", "", GLAZES},
    {"Tableware", "Mug", ANY(2.2f), 690, 1690, "Stoneware|Enamel|Porcelain|Hand-Thrown", "250 ml|400 ml", GLAZES},
    {"Tableware", "Espresso Cup", ANY(1.0f), 590, 1290, "Stoneware|Porcelain|Double-Wall Glass", "", GLAZES},
    {"Tableware", "Serving Platter", ANY(0.9f), 1990, 4990, "Stoneware|Porcelain|Acacia", "", GLAZES},
    {"Tableware", "Butter Dish", ANY(0.7f), 1290, 2990, "Stoneware|Porcelain|Glass", "", GLAZES},

    {"Glassware", "Wine Glasses", ANY(1.2f), 1990, 4990, "Crystal|Stemless|Recycled", "Set of 2|Set of 6", ""},
    {"Glassware", "Tumblers", ANY(1.3f), 1490, 3490, "Ribbed|Recycled|Smoked", "Set of 4|Set of 6", ""},
    {"Glassware", "Carafe", ANY(0.9f), 1490, 3990, "Glass|Cork-Stopper|Etched", "", ""},
    {"Glassware", "Wine Decanter", ONCE(0.4f), 2990, 7990, "Crystal|Hand-Blown|Swan-Neck", "", ""},
    {"Glassware", "Corkscrew", ONCE(0.7f), 990, 3490, "Waiter's|Lever|Winged", "", METALS},
    {"Glassware", "Glass Polishing Cloth", ANY(0.6f), 490, 990, "Linen|Microfibre", "", ""},

    {"Cutlery", "Cutlery Set", ONCE(0.7f), 4990, 14900, "16-Piece|24-Piece|Hammered", "", METALS},
    {"Cutlery", "Teaspoons", ANY(0.8f), 990, 2490, "Hammered|Classic|Long-Handled", "", METALS},
    {"Cutlery", "Steak Knives", ONCE(0.5f), 2990, 6990, "Olive-Handle|Forged|Rosewood", "", ""},
    {"Cutlery", "Cutlery Tray", ONCE(0.6f), 1290, 2990, "Bamboo|Expanding|Oak", "", ""},
    {"Cutlery", "Metal Polish", AGAIN(110, 0.6f), 490, 990, "Silver|Gentle|Copper", "", ""},

    {"Table Linen", "Tablecloth", ANY(0.9f), 2490, 6990, "Linen|Cotton|Wipe-Clean", "Small|Large", CLOTHS},
    {"Table Linen", "Napkins", ANY(1.2f), 990, 2490, "Linen|Cotton|Fringed", "", CLOTHS},
    {"Table Linen", "Tea Towel", ANY(1.6f), 590, 1490, "Linen|Waffle|Screen-Printed", "", CLOTHS},
    {"Table Linen", "Apron", ANY(0.9f), 1690, 3990, "Linen|Denim|Canvas", "", CLOTHS},
    {"Table Linen", "Oven Glove", ANY(0.9f), 990, 2290, "Quilted|Denim|Silicone", "", CLOTHS},
    {"Table Linen", "Placemats", ANY(0.8f), 1290, 2990, "Jute|Cork|Woven", "", ""},

    {"Bed Linen", "Duvet Cover", ANY(1.1f), 3990, 11900, "Washed Linen|Percale|Brushed Cotton", "Single|Double|King",
     CLOTHS},
    {"Bed Linen", "Fitted Sheet", ANY(1.1f), 1990, 5490, "Washed Linen|Percale|Jersey", "Single|Double|King", CLOTHS},
    {"Bed Linen", "Pillowcase", ANY(1.2f), 990, 2990, "Washed Linen|Percale|Silk", "", CLOTHS},
    {"Bed Linen", "Bedspread", ONCE(0.5f), 4990, 12900, "Quilted|Waffle|Crinkle", "", CLOTHS},

    {"Pillows & Duvets", "Duvet", ONCE_IN(WINTER, 0.6f), 4990, 17900, "Feather|Wool|Hollowfibre", "Single|Double|King",
     ""},
    {"Pillows & Duvets", "Pillow", ANY(0.9f), 1990, 6990, "Feather|Memory Foam|Buckwheat", "", ""},
    {"Pillows & Duvets", "Mattress Protector", ONCE(0.6f), 2490, 4990, "Waterproof|Cotton|Quilted",
     "Single|Double|King", ""},
    {"Pillows & Duvets", "Hot Water Bottle", ONCE_IN(WINTER, 0.9f), 1490, 3490, "Knitted|Sheepskin|Fleece", "", CLOTHS},

    {"Cushions & Throws", "Cushion Cover", ANY(1.4f), 1290, 3990, "Linen|Velvet|Bouclé|Embroidered", "40 cm|50 cm",
     CLOTHS},
    {"Cushions & Throws", "Cushion Pad", ANY(0.9f), 790, 1990, "Feather|Recycled|Wool", "40 cm|50 cm", ""},
    {"Cushions & Throws", "Throw", ANY_IN(AUTUMN, 1.1f), 2990, 8990, "Wool|Chunky Knit|Cotton Waffle", "", CLOTHS},
    {"Cushions & Throws", "Rug", ONCE(0.5f), 6990, 24900, "Wool|Jute|Kilim", "80 x 150 cm|120 x 180 cm", ""},
    {"Cushions & Throws", "Rug Underlay", ONCE(0.4f), 1490, 2990, "Felt|Natural Rubber|Non-Slip",
     "80 x 150 cm|120 x 180 cm", ""},

    {"Towels", "Bath Towel", ANY(1.4f), 1490, 3990, "Egyptian Cotton|Organic Cotton|Waffle", "", CLOTHS},
    {"Towels", "Hand Towel", ANY(1.3f), 790, 1990, "Egyptian Cotton|Organic Cotton|Waffle", "", CLOTHS},
    {"Towels", "Bath Mat", ANY(0.9f), 1490, 3490, "Tufted|Bamboo|Diatomite", "", CLOTHS},
    {"Towels", "Bathrobe", ONCE(0.5f), 3990, 8990, "Waffle|Towelling|Linen", "S|M|L", CLOTHS},

    {"Bathroom", "Shower Curtain", ONCE(0.6f), 1990, 4490, "Cotton|Hemp|Recycled", "", CLOTHS},
    {"Bathroom", "Curtain Rings", ANY(0.5f), 590, 1290, "Steel|Beech|Brass", "", ""},
    {"Bathroom", "Toothbrush Tumbler", ANY(0.7f), 790, 1990, "Stoneware|Marble|Bamboo", "", GLAZES},
    {"Bathroom", "Toothbrushes", AGAIN(80, 1.4f), 390, 990, "Bamboo|Soft|Medium", "Pack of 2|Pack of 4", ""},
    {"Bathroom", "Laundry Basket", ONCE(0.6f), 2990, 6990, "Willow|Seagrass|Folding", "", ""},
    {"Bathroom", "Toilet Brush", ONCE(0.6f), 1290, 3490, "Beech|Steel|Ceramic", "", METALS},

    {"Soap & Skin", "Hand Soap", AGAIN(30, 2.2f), 390, 990, SCENTS, "300 ml|500 ml", ""},
    {"Soap & Skin", "Soap Bar", AGAIN(35, 1.6f), 350, 890, SCENTS, "", ""},
    {"Soap & Skin", "Soap Dish", ANY(0.8f), 690, 1690, "Stoneware|Olive Wood|Marble", "", GLAZES},
    {"Soap & Skin", "Hand Cream", AGAIN(55, 1.3f), 690, 1690, SCENTS, "", ""},
    {"Soap & Skin", "Bath Soak", AGAIN(50, 1.0f), 690, 1690, SCENTS, "500 g|1 kg", ""},
    {"Soap & Skin", "Shower Gel", AGAIN(35, 1.4f), 490, 1190, SCENTS, "250 ml|500 ml", ""},

    {"Laundry", "Laundry Liquid", AGAIN(38, 2.0f), 690, 1390, "Sensitive|Lavender|Wool & Silk|Unscented", "1 l|2 l|5 l",
     ""},
    {"Laundry", "Fabric Softener", AGAIN(42, 1.4f), 390, 890, "Cotton|Lily|Unscented", "1 l|2 l", ""},
    {"Laundry", "Stain Remover", AGAIN(90, 0.9f), 390, 890, "Ox Gall|Oxygen|Spray", "", ""},
    {"Laundry", "Clothes Airer", ONCE(0.6f), 2490, 6990, "Wooden|Folding|Wall-Mounted", "", ""},
    {"Laundry", "Clothes Pegs", ANY(0.8f), 290, 790, "Beech|Steel|Bamboo", "", ""},
    {"Laundry", "Ironing Board Cover", ONCE(0.4f), 1290, 2490, "Cotton|Padded|Reflective", "", ""},

    {"Cleaning", "Washing-Up Liquid", AGAIN(28, 2.2f), 290, 590, "Lemon|Mint|Unscented|Aloe", "500 ml|1 l|5 l", ""},
    {"Cleaning", "Dish Brush", AGAIN(65, 1.2f), 390, 890, "Beech|Replaceable-Head|Long-Handled", "", ""},
    {"Cleaning", "Dishwasher Tablets", AGAIN(32, 2.0f), 690, 1290, "All-in-One|Plastic-Free|Eco", "30 Tabs|60 Tabs",
     ""},
    {"Cleaning", "Surface Spray", AGAIN(45, 1.4f), 290, 690, "Citrus|Eucalyptus|Vinegar", "", ""},
    {"Cleaning", "Cleaning Cloths", AGAIN(55, 1.2f), 390, 990, "Cellulose|Microfibre|Cotton", "Pack of 3|Pack of 5",
     ""},
    {"Cleaning", "Mop", ONCE(0.5f), 1490, 3990, "Flat|Cotton|Spin", "", ""},
    {"Cleaning", "Floor Soap", AGAIN(70, 0.9f), 590, 1190, "Olive|Linseed|Pine", "1 l|2 l", ""},

    {"Planters", "Plant Pot", ANY_IN(SPRING, 1.7f), 590, 1990, "Terracotta|Glazed|Fibreclay", "12 cm|16 cm|22 cm", ""},
    {"Planters", "Pot Saucer", ANY_IN(SPRING, 1.1f), 290, 890, "Terracotta|Glazed|Cork", "12 cm|16 cm|22 cm", ""},
    {"Planters", "Window Box", ANY_IN(SPRING, 0.8f), 1490, 3990, "Zinc|Terracotta|Wooden", "", ""},
    {"Planters", "Hanging Basket", ANY_IN(SPRING, 0.8f), 990, 2490, "Willow|Wire|Macramé", "", ""},
    {"Planters", "Plant Stand", ONCE(0.6f), 2490, 5990, "Oak|Steel|Bamboo", "", ""},
    {"Planters", "Plant Mister", ONCE(0.8f), 990, 2490, "Brass|Glass|Copper", "", ""},

    {"Seeds & Bulbs", "Herb Seeds", ANY_IN(SPRING, 1.5f), 190, 390, "Basil|Coriander|Parsley|Chive|Thyme", "", ""},
    {"Seeds & Bulbs", "Vegetable Seeds", ANY_IN(SPRING, 1.6f), 190, 390, "Tomato|Courgette|Carrot|Runner Bean|Beetroot",
     "", ""},
    {"Seeds & Bulbs", "Wildflower Seeds", ANY_IN(SPRING, 1.2f), 250, 590, "Bee Mix|Butterfly Mix|Cornfield|Shade Mix",
     "", ""},
    {"Seeds & Bulbs", "Tulip Bulbs", ANY_IN(AUTUMN, 1.3f), 490, 1190, "Parrot|Triumph|Double|Species",
     "Pack of 10|Pack of 25", ""},
    {"Seeds & Bulbs", "Daffodil Bulbs", ANY_IN(AUTUMN, 1.1f), 490, 990, "Miniature|Trumpet|Scented",
     "Pack of 10|Pack of 25", ""},
    {"Seeds & Bulbs", "Propagator", ONCE_IN(SPRING, 0.6f), 1490, 4490, "Heated|Windowsill|Cane", "", ""},
    {"Seeds & Bulbs", "Plant Labels", ANY_IN(SPRING, 0.9f), 290, 790, "Bamboo|Slate|Copper", "", ""},

    {"Soil & Feed", "Potting Compost", ANY_IN(SPRING, 2.0f), 490, 990, "Peat-Free|Seed & Cutting|Ericaceous|Houseplant",
     "10 l|25 l|50 l", ""},
    {"Soil & Feed", "Plant Feed", AGAIN(60, 1.3f), 490, 1090, "Tomato|Seaweed|Orchid|Houseplant", "500 ml|1 l", ""},
    {"Soil & Feed", "Clay Pebbles", ANY(0.7f), 490, 1190, "Fine|Coarse", "5 l|10 l", ""},
    {"Soil & Feed", "Bulb Planter", ONCE_IN(AUTUMN, 0.6f), 1290, 2990, "Steel|Ash-Handled|Long-Handled", "", ""},

    {"Garden Tools", "Hand Trowel", ONCE_IN(SPRING, 1.0f), 990, 2490, "Ash|Steel|Copper", "", ""},
    {"Garden Tools", "Hand Fork", ONCE_IN(SPRING, 0.7f), 990, 2490, "Ash|Steel|Copper", "", ""},
    {"Garden Tools", "Secateurs", ONCE_IN(SPRING, 0.8f), 1490, 4990, "Bypass|Anvil|Ratchet", "", ""},
    {"Garden Tools", "Gardening Gloves", ANY_IN(SPRING, 1.3f), 690, 1990, "Leather|Bamboo|Gauntlet", "S|M|L", ""},
    {"Garden Tools", "Watering Can", ONCE_IN(SPRING, 0.9f), 1490, 4490, "Galvanised|Steel|Recycled", "5 l|9 l", GLAZES},
    {"Garden Tools", "Garden Twine", ANY_IN(SPRING, 1.0f), 290, 790, "Jute|Hemp|Tarred", "", ""},
    {"Garden Tools", "Garden Hose", ONCE_IN(SUMMER, 0.6f), 2490, 5990, "Kink-Free|Expanding|Soaker", "15 m|30 m", ""},
    {"Garden Tools", "Hose Nozzle", ANY_IN(SUMMER, 0.7f), 790, 2290, "Brass|7-Pattern|Fireman", "", ""},

    {"Birds & Wildlife", "Bird Seed", AGAIN(25, 1.8f), 490, 990, "Sunflower Heart|Mixed|Nyjer|Robin & Wren",
     "1 kg|2 kg|5 kg", ""},
    {"Birds & Wildlife", "Bird Feeder", ONCE(0.9f), 990, 2990, "Seed|Window|Squirrel-Proof", "", ""},
    {"Birds & Wildlife", "Fat Balls", AGAIN(30, 1.2f), 390, 890, "Berry|Insect|Peanut", "Pack of 6|Pack of 20", ""},
    {"Birds & Wildlife", "Nest Box", ONCE_IN(SPRING, 0.6f), 1490, 3490, "Cedar|Woodcrete|Robin", "", ""},
    {"Birds & Wildlife", "Bird Bath", ONCE_IN(SPRING, 0.4f), 1990, 5990, "Stone|Hanging|Ceramic", "", ""},

    {"Barbecue", "Charcoal", ANY_IN(SUMMER, 1.8f), 690, 1390, "Lumpwood|Briquette|Coconut", "3 kg|5 kg|10 kg", ""},
    {"Barbecue", "Kettle Barbecue", ONCE_IN(SUMMER, 0.5f), 8990, 24900, "Portable|Classic|Deluxe", "47 cm|57 cm", ""},
    {"Barbecue", "Firelighters", ANY_IN(SUMMER, 1.5f), 290, 690, "Wood Wool|Natural Wax|Instant", "", ""},
    {"Barbecue", "Barbecue Tongs", ONCE_IN(SUMMER, 0.8f), 990, 2490, "Steel|Rosewood|Locking", "", ""},
    {"Barbecue", "Grill Brush", ANY_IN(SUMMER, 0.8f), 790, 1990, "Brass|Bristle-Free|Steam", "", ""},
    {"Barbecue", "Wood Chips", ANY_IN(SUMMER, 0.9f), 490, 1090, "Applewood|Hickory|Oak|Cherry", "", ""},

    {"Outdoor Living", "Garden Chair", ANY_IN(SUMMER, 0.7f), 4990, 12900, "Acacia|Steel|Rattan", "", GLAZES},
    {"Outdoor Living", "Garden Table", ONCE_IN(SUMMER, 0.4f), 9990, 29900, "Acacia|Steel|Bistro", "", GLAZES},
    {"Outdoor Living", "Parasol", ONCE_IN(SUMMER, 0.5f), 4990, 14900, "Tilting|Wooden|Fringed", "2 m|3 m", CLOTHS},
    {"Outdoor Living", "Parasol Base", ONCE_IN(SUMMER, 0.5f), 2990, 6990, "Granite|Cast Iron|Fillable", "", ""},
    {"Outdoor Living", "Hammock", ONCE_IN(SUMMER, 0.4f), 3990, 9990, "Cotton|Travel|Rope", "", CLOTHS},
    {"Outdoor Living", "Fire Pit", ONCE_IN(AUTUMN, 0.4f), 6990, 17900, "Steel|Cast Iron|Corten", "60 cm|80 cm", ""},
    {"Outdoor Living", "Kindling", AGAIN(40, 0.9f), 490, 990, "Birch|Kiln-Dried|Ash", "", ""},

    {"Picnic", "Picnic Blanket", ONCE_IN(SUMMER, 0.8f), 2490, 5990, "Wool|Waterproof|Cotton", "", CLOTHS},
    {"Picnic", "Cool Bag", ONCE_IN(SUMMER, 0.7f), 1990, 4990, "Family|Backpack|Lunch", "", CLOTHS},
    {"Picnic", "Ice Packs", ANY_IN(SUMMER, 0.8f), 390, 990, "Slim|Gel|Soft", "", ""},
    {"Picnic", "Vacuum Flask", ONCE(0.8f), 1990, 4490, "Steel|Wide-Neck|Enamelled", "0.5 l|1 l", METALS},
    {"Picnic", "Picnic Basket", ONCE_IN(SUMMER, 0.5f), 3990, 9990, "Willow|2-Person|4-Person", "", ""},
    {"Picnic", "Bamboo Plates", ANY_IN(SUMMER, 0.9f), 490, 1290, "Compostable|Reusable|Palm Leaf", "", ""},

    {"Paint", "Wall Paint", ANY(1.4f), 1990, 3990, "Matt|Silk|Kitchen & Bath", "1 l|2.5 l|5 l", WALLS},
    {"Paint", "Wood Paint", ANY(1.0f), 1490, 2990, "Eggshell|Satin|Exterior", "0.75 l|2.5 l", WALLS},
    {"Paint", "Primer", ANY(0.8f), 1290, 2490, "Multi-Surface|Wood|Metal", "0.75 l|2.5 l", ""},
    {"Paint", "Chalk Paint", ANY(0.8f), 1290, 2490, "Classic|Metallic|Mineral", "", WALLS},
    {"Paint", "Furniture Wax", ANY(0.6f), 990, 1990, "Clear|Dark|Liming", "", ""},

    {"Decorating Tools", "Paint Brush", ANY(1.4f), 490, 1490, "Synthetic|Bristle|Angled", "25 mm|50 mm|75 mm", ""},
    {"Decorating Tools", "Paint Roller", ANY(1.1f), 690, 1890, "Medium-Pile|Foam|Extending", "10 cm|23 cm", ""},
    {"Decorating Tools", "Roller Sleeves", ANY(0.9f), 490, 1190, "Medium-Pile|Foam|Microfibre", "10 cm|23 cm", ""},
    {"Decorating Tools", "Masking Tape", ANY(1.3f), 290, 790, "Delicate|Sharp-Line|Exterior", "25 mm|50 mm", ""},
    {"Decorating Tools", "Dust Sheet", ANY(0.9f), 590, 1690, "Cotton|Poly-Backed|Paper", "", ""},
    {"Decorating Tools", "Sandpaper", ANY(1.1f), 290, 790, "Fine|Medium|Coarse", "", ""},
    {"Decorating Tools", "Stepladder", ONCE(0.4f), 3990, 9990, "3-Tread|5-Tread|Wooden", "", ""},
    {"Decorating Tools", "Brush Cleaner", ANY(0.7f), 490, 990, "Solvent-Free|Fast|Soap", "", ""},

    {"Hardware", "Cordless Drill", ONCE(0.4f), 5990, 15900, "Compact|Brushless|Hammer", "", ""},
    {"Hardware", "Drill Bits", ANY(0.7f), 990, 2990, "Masonry|Wood|Multi-Purpose", "", ""},
    {"Hardware", "Wall Plugs", ANY(1.0f), 290, 690, "Universal|Plasterboard|Heavy-Duty", "", ""},
    {"Hardware", "Wood Screws", ANY(1.0f), 390, 990, "Brass|Zinc|Stainless", "30 mm|40 mm|60 mm", ""},
    {"Hardware", "Screwdriver Set", ONCE(0.6f), 1490, 3990, "6-Piece|Ratchet|Insulated", "", ""},
    {"Hardware", "Spirit Level", ONCE(0.5f), 990, 2990, "Pocket|Box|Laser", "", ""},
    {"Hardware", "Picture Hooks", ANY(1.0f), 290, 690, "Brass|Adhesive|Hardwall", "", ""},

    {"Candles & Scent", "Scented Candle", ANY_IN(AUTUMN, 2.0f), 990, 2990, SCENTS, "140 g|300 g", ""},
    {"Candles & Scent", "Dinner Candles", ANY_IN(WINTER, 1.4f), 590, 1490, "Tapered|Beeswax|Twisted", "", GLAZES},
    {"Candles & Scent", "Candlesticks", ANY(0.8f), 1490, 3990, "Brass|Glass|Stoneware", "", METALS},
    {"Candles & Scent", "Tealights", AGAIN(45, 1.6f), 390, 890, "Soy|Beeswax|Long-Burn", "Pack of 25|Pack of 50", ""},
    {"Candles & Scent", "Tealight Holder", ANY(1.0f), 490, 1490, "Glass|Mosaic|Stoneware", "", GLAZES},
    {"Candles & Scent", "Reed Diffuser", AGAIN(85, 1.1f), 1490, 3490, SCENTS, "", ""},
    {"Candles & Scent", "Long Matches", ANY(1.0f), 290, 690, "Botanical|Striped|Refillable", "", ""},

    {"Lighting", "Table Lamp", ONCE(0.8f), 3490, 9990, "Ceramic|Glass|Rattan", "", GLAZES},
    {"Lighting", "Lamp Shade", ANY(0.8f), 1990, 4990, "Linen|Pleated|Rattan", "", CLOTHS},
    {"Lighting", "Light Bulb", ANY(1.6f), 390, 990, "Filament|Globe|Frosted|Dimmable", "E14|E27", ""},
    {"Lighting", "String Lights", ANY_IN(CHRISTMAS, 1.1f), 990, 2490, "Festoon|Micro|Solar", "5 m|10 m", ""},
    {"Lighting", "Batteries", AGAIN(90, 1.3f), 390, 990, "Alkaline|Rechargeable", "4 x AA|8 x AA|24 x AA", ""},
    {"Lighting", "Desk Lamp", ONCE(0.5f), 3490, 8990, "Clamp|Swing-Arm|Rechargeable", "", METALS},

    {"Wall & Shelf", "Picture Frame", ANY(1.3f), 790, 2490, "Oak|Black|Brass|Box", "A5|A4|A3", ""},
    {"Wall & Shelf", "Art Print", ANY(1.1f), 990, 2990, "Botanical|Abstract|Line-Drawn|Landscape", "A5|A4|A3", ""},
    {"Wall & Shelf", "Wall Mirror", ONCE(0.5f), 3990, 11900, "Round|Arched|Rattan", "", METALS},
    {"Wall & Shelf", "Wall Shelf", ANY(0.7f), 1990, 5490, "Oak|Walnut|Floating", "40 cm|60 cm|80 cm", ""},
    {"Wall & Shelf", "Vase", ANY(1.1f), 1290, 3990, "Stoneware|Ribbed Glass|Bud", "", GLAZES},
    {"Wall & Shelf", "Dried Flowers", ANY_IN(AUTUMN, 0.9f), 1490, 3490, "Pampas|Bunny Tail|Meadow", "", ""},

    {"Stationery", "Notebook", ANY(1.5f), 590, 1690, "Lined|Dotted|Plain|Linen-Bound", "A6|A5", CLOTHS},
    {"Stationery", "Fountain Pen", ONCE(0.5f), 1990, 5990, "Brass|Resin|Student", "", METALS},
    {"Stationery", "Ink Cartridges", AGAIN(60, 0.9f), 390, 890, "Blue-Black|Emerald|Sepia", "", ""},
    {"Stationery", "Greeting Card", ANY(1.6f), 250, 490, "Birthday|Thank-You|New Home|Wedding|Blank", "", ""},
    {"Stationery", "Pencils", ANY(1.0f), 390, 990, "Cedar|Coloured|Graphite", "", ""},
    {"Stationery", "Diary", ANY_IN(WINTER, 0.9f), 990, 2490, "Week-to-View|Day-a-Page|Family", "", CLOTHS},

    {"Gift Wrap", "Wrapping Paper", ANY_IN(CHRISTMAS, 1.8f), 290, 690, "Botanical|Striped|Kraft|Starry", "3 m|10 m",
     ""},
    {"Gift Wrap", "Ribbon", ANY_IN(CHRISTMAS, 1.2f), 250, 690, "Satin|Velvet|Grosgrain", "", FESTIVE},
    {"Gift Wrap", "Gift Tags", ANY_IN(CHRISTMAS, 1.2f), 190, 490, "Letterpress|Kraft|Wooden", "", ""},
    {"Gift Wrap", "Gift Bag", ANY(1.0f), 250, 590, "Kraft|Bottle|Patterned", "Small|Large", ""},
    {"Gift Wrap", "Sticky Tape", AGAIN(75, 1.0f), 190, 490, "Paper|Clear|Invisible", "", ""},

    {"Party", "Balloons", ANY(1.1f), 290, 790, "Pearl|Confetti|Natural Latex", "Pack of 10|Pack of 25", FESTIVE},
    {"Party", "Bunting", ANY_IN(SUMMER, 0.8f), 990, 2490, "Cotton|Paper|Felt", "", ""},
    {"Party", "Paper Plates", ANY(1.2f), 290, 690, "Scalloped|Striped|Gold-Edged", "", ""},
    {"Party", "Paper Napkins", ANY(1.4f), 250, 590, "Floral|Striped|Plain", "", FESTIVE},
    {"Party", "Paper Cups", ANY(1.0f), 290, 690, "Striped|Plain|Gold-Edged", "", ""},
    {"Party", "Party Bags", ANY(0.7f), 290, 690, "Kraft|Animal|Stripe", "", ""},

    {"Christmas", "Bauble", ANY_IN(CHRISTMAS, 2.4f), 390, 1290, "Glass|Felt|Paper|Hand-Painted", "", FESTIVE},
    {"Christmas", "Tree Lights", ONCE_IN(CHRISTMAS, 0.8f), 1490, 3990, "Warm White|Multi-Colour|Candle", "10 m|20 m",
     ""},
    {"Christmas", "Advent Calendar", ANY_IN(CHRISTMAS, 1.2f), 990, 3990, "Wooden|Fabric|Paper", "", ""},
    {"Christmas", "Wreath", ANY_IN(CHRISTMAS, 0.9f), 1990, 4990, "Eucalyptus|Pine|Berry", "", ""},
    {"Christmas", "Stocking", ANY_IN(CHRISTMAS, 0.9f), 1290, 2990, "Velvet|Knitted|Felt", "", FESTIVE},
    {"Christmas", "Crackers", ANY_IN(CHRISTMAS, 1.4f), 990, 2490, "Luxury|Plastic-Free|Make-Your-Own",
     "Set of 6|Set of 12", ""},
    {"Christmas", "Christmas Cards", ANY_IN(CHRISTMAS, 1.4f), 390, 990, "Robin|Snow Scene|Letterpress", "", ""},

    {"Easter", "Egg Decorating Kit", ANY_IN(EASTER, 0.9f), 590, 1490, "Natural Dye|Marbling|Sticker", "", ""},
    {"Easter", "Hanging Eggs", ANY_IN(EASTER, 1.0f), 490, 1290, "Wooden|Felt|Hand-Painted", "", PLASTICS},
    {"Easter", "Chocolate Eggs", ANY_IN(EASTER, 1.6f), 390, 1290, "Milk|Dark|Praline", "100 g|250 g", ""},
    {"Easter", "Egg Basket", ANY_IN(EASTER, 0.8f), 690, 1690, "Willow|Felt|Seagrass", "", ""},
    {"Easter", "Egg Cups", ANY_IN(EASTER, 0.8f), 590, 1490, "Stoneware|Beech|Porcelain", "", GLAZES},

    {"Dogs", "Dog Food", AGAIN(20, 2.0f), 990, 1990, "Chicken & Rice|Salmon|Lamb|Grain-Free", "2 kg|5 kg|12 kg", ""},
    {"Dogs", "Dog Treats", AGAIN(22, 1.6f), 290, 690, "Liver|Peanut Butter|Dental", "", ""},
    {"Dogs", "Dog Bowl", ANY(0.7f), 890, 2290, "Stoneware|Steel|Slow-Feed", "", GLAZES},
    {"Dogs", "Dog Lead", ANY(0.7f), 1290, 3490, "Leather|Rope|Reflective", "", CLOTHS},
    {"Dogs", "Dog Collar", ANY(0.6f), 990, 2990, "Leather|Rope|Reflective", "S|M|L", CLOTHS},
    {"Dogs", "Dog Bed", ONCE(0.5f), 3990, 9990, "Orthopaedic|Tweed|Washable", "S|M|L", CLOTHS},
    {"Dogs", "Poop Bags", AGAIN(30, 1.5f), 290, 690, "Compostable|Extra-Strong|Lavender", "60 Bags|120 Bags", ""},

    {"Cats", "Cat Food", AGAIN(18, 2.0f), 690, 1490, "Tuna|Chicken|Rabbit|Senior", "12 Pouches|24 Pouches", ""},
    {"Cats", "Cat Litter", AGAIN(16, 1.8f), 590, 1190, "Clumping|Wood Pellet|Silica", "5 l|10 l|20 l", ""},
    {"Cats", "Litter Scoop", ANY(0.5f), 390, 990, "Steel|Bamboo|Long-Handled", "", ""},
    {"Cats", "Cat Toy", ANY(1.1f), 290, 990, "Catnip|Feather|Felt Mouse", "", ""},
    {"Cats", "Scratching Post", ONCE(0.5f), 2490, 6990, "Sisal|Cardboard|Wall-Mounted", "", ""},
    {"Cats", "Cat Bed", ONCE(0.5f), 2490, 5990, "Felt Cave|Radiator|Donut", "", CLOTHS},
};
const size_t ss_shop_type_count = sizeof ss_shop_types / sizeof ss_shop_types[0];

const ss_shop_edge ss_shop_edges[] = {
    {"Coffee Beans", "Coffee Filter Papers", .22f, 0},
    {"Coffee Grinder", "Coffee Beans", .30f, 0},
    {"Pour-Over Dripper", "Coffee Filter Papers", .45f, 0},
    {"Pour-Over Dripper", "Coffee Beans", .20f, 0},
    {"Pour-Over Dripper", "Coffee Grinder", .12f, 0},
    {"Cafetière", "Coffee Beans", .28f, 0},
    {"Espresso Machine", "Espresso Cup", .25f, 0},
    {"Espresso Machine", "Milk Frother", .22f, 0},
    {"Espresso Machine", "Coffee Beans", .30f, 0},
    {"Espresso Machine", "Descaler", .40f, 1},
    {"Loose Leaf Tea", "Tea Infuser", .16f, 0},
    {"Loose Leaf Tea", "Honey", .12f, 0},
    {"Teapot", "Loose Leaf Tea", .32f, 0},
    {"Teapot", "Tea Cosy", .20f, 0},
    {"Tea Infuser", "Loose Leaf Tea", .25f, 0},
    {"Tea Caddy", "Loose Leaf Tea", .28f, 0},
    {"Electric Kettle", "Tea Bags", .15f, 0},
    {"Electric Kettle", "Descaler", .35f, 1},
    {"Frying Pan", "Pan Lid", .35f, 0},
    {"Frying Pan", "Spatula", .20f, 0},
    {"Frying Pan", "Pan Scrubber", .15f, 0},
    {"Griddle Pan", "Pan Scrubber", .22f, 0},
    {"Saucepan", "Cooking Spoon", .18f, 0},
    {"Casserole", "Oven Glove", .20f, 0},
    {"Wok", "Spatula", .22f, 0},
    {"Chef's Knife", "Chopping Board", .30f, 0},
    {"Chef's Knife", "Knife Sharpener", .20f, 0},
    {"Bread Knife", "Bread Bin", .12f, 0},
    {"Chopping Board", "Board Oil", .28f, 0},
    {"Pepper Mill", "Peppercorns", .50f, 0},
    {"Soda Maker", "Gas Cylinder", .35f, 0},
    {"Soda Maker", "Carafe", .12f, 0},
    {"Stand Mixer", "Mixing Bowl", .15f, 0},
    {"Stand Mixer", "Bread Flour", .30f, 1},
    {"Storage Jar", "Jar Labels", .28f, 0},
    {"Preserving Jars", "Jam Sugar", .35f, 0},
    {"Preserving Jars", "Jar Labels", .28f, 0},
    {"Preserving Jars", "Jar Funnel", .18f, 0},
    {"Jam Pan", "Preserving Jars", .35f, 0},
    {"Loaf Tin", "Bread Flour", .25f, 0},
    {"Cake Tin", "Baking Parchment", .28f, 0},
    {"Cake Tin", "Icing Sugar", .15f, 0},
    {"Baking Tray", "Baking Parchment", .28f, 0},
    {"Muffin Tin", "Muffin Cases", .50f, 0},
    {"Muffin Cases", "Sprinkles", .15f, 0},
    {"Mixing Bowl", "Whisk", .22f, 0},
    {"Proving Basket", "Bread Flour", .40f, 0},
    {"Proving Basket", "Dried Yeast", .22f, 0},
    {"Bread Flour", "Dried Yeast", .25f, 0},
    {"Baking Chocolate", "Vanilla Extract", .14f, 0},
    {"Icing Sugar", "Food Colouring", .18f, 0},
    {"Piping Nozzles", "Piping Bags", .50f, 0},
    {"Birthday Candles", "Balloons", .18f, 0},
    {"Birthday Candles", "Sprinkles", .14f, 0},
    {"Dinner Plate", "Pasta Bowl", .35f, 0},
    {"Dinner Plate", "Mug", .15f, 0},
    {"Teapot", "Mug", .22f, 0},
    {"Wine Glasses", "Corkscrew", .18f, 0},
    {"Wine Glasses", "Glass Polishing Cloth", .15f, 0},
    {"Wine Decanter", "Wine Glasses", .25f, 0},
    {"Tumblers", "Carafe", .22f, 0},
    {"Cutlery Set", "Cutlery Tray", .32f, 0},
    {"Cutlery Set", "Metal Polish", .30f, 1},
    {"Steak Knives", "Chopping Board", .12f, 0},
    {"Tablecloth", "Napkins", .40f, 0},
    {"Apron", "Oven Glove", .28f, 0},
    {"Tea Towel", "Oven Glove", .14f, 0},
    {"Duvet Cover", "Fitted Sheet", .40f, 0},
    {"Duvet Cover", "Pillowcase", .35f, 0},
    {"Duvet", "Duvet Cover", .28f, 0},
    {"Duvet", "Pillow", .22f, 0},
    {"Pillow", "Pillowcase", .30f, 0},
    {"Mattress Protector", "Fitted Sheet", .25f, 0},
    {"Cushion Cover", "Cushion Pad", .45f, 0},
    {"Cushion Cover", "Throw", .15f, 0},
    {"Rug", "Rug Underlay", .42f, 0},
    {"Bath Towel", "Hand Towel", .42f, 0},
    {"Bath Towel", "Bath Mat", .18f, 0},
    {"Shower Curtain", "Curtain Rings", .42f, 0},
    {"Shower Curtain", "Bath Mat", .18f, 0},
    {"Toothbrush Tumbler", "Toothbrushes", .28f, 0},
    {"Toothbrush Tumbler", "Soap Dish", .28f, 0},
    {"Soap Bar", "Soap Dish", .18f, 0},
    {"Hand Soap", "Hand Cream", .20f, 0},
    {"Laundry Liquid", "Fabric Softener", .25f, 0},
    {"Clothes Airer", "Clothes Pegs", .28f, 0},
    {"Laundry Basket", "Laundry Liquid", .22f, 1},
    {"Washing-Up Liquid", "Dish Brush", .18f, 0},
    {"Mop", "Floor Soap", .35f, 0},
    {"Surface Spray", "Cleaning Cloths", .22f, 0},
    {"Plant Pot", "Pot Saucer", .42f, 0},
    {"Plant Pot", "Potting Compost", .28f, 0},
    {"Window Box", "Potting Compost", .32f, 0},
    {"Hanging Basket", "Potting Compost", .25f, 0},
    {"Plant Mister", "Plant Feed", .25f, 0},
    {"Plant Stand", "Plant Pot", .25f, 0},
    {"Herb Seeds", "Plant Labels", .18f, 0},
    {"Vegetable Seeds", "Potting Compost", .18f, 0},
    {"Vegetable Seeds", "Garden Twine", .14f, 0},
    {"Propagator", "Vegetable Seeds", .35f, 0},
    {"Tulip Bulbs", "Bulb Planter", .14f, 0},
    {"Tulip Bulbs", "Daffodil Bulbs", .25f, 0},
    {"Hand Trowel", "Gardening Gloves", .25f, 0},
    {"Hand Trowel", "Hand Fork", .30f, 0},
    {"Secateurs", "Gardening Gloves", .25f, 0},
    {"Garden Hose", "Hose Nozzle", .45f, 0},
    {"Watering Can", "Plant Feed", .25f, 1},
    {"Bird Feeder", "Bird Seed", .50f, 0},
    {"Bird Feeder", "Fat Balls", .25f, 0},
    {"Bird Seed", "Fat Balls", .18f, 0},
    {"Charcoal", "Firelighters", .40f, 0},
    {"Kettle Barbecue", "Charcoal", .42f, 0},
    {"Kettle Barbecue", "Barbecue Tongs", .32f, 0},
    {"Kettle Barbecue", "Grill Brush", .22f, 0},
    {"Charcoal", "Wood Chips", .16f, 0},
    {"Garden Table", "Garden Chair", .42f, 0},
    {"Garden Table", "Parasol", .25f, 0},
    {"Parasol", "Parasol Base", .48f, 0},
    {"Fire Pit", "Kindling", .40f, 0},
    {"Picnic Basket", "Picnic Blanket", .35f, 0},
    {"Picnic Blanket", "Bamboo Plates", .18f, 0},
    {"Cool Bag", "Ice Packs", .48f, 0},
    {"Vacuum Flask", "Lunch Box", .20f, 0},
    {"Wall Paint", "Paint Roller", .32f, 0},
    {"Wall Paint", "Masking Tape", .28f, 0},
    {"Wall Paint", "Dust Sheet", .22f, 0},
    {"Wood Paint", "Paint Brush", .35f, 0},
    {"Wood Paint", "Sandpaper", .22f, 0},
    {"Primer", "Sandpaper", .20f, 0},
    {"Chalk Paint", "Furniture Wax", .40f, 0},
    {"Chalk Paint", "Paint Brush", .25f, 0},
    {"Paint Roller", "Roller Sleeves", .28f, 0},
    {"Paint Brush", "Brush Cleaner", .22f, 0},
    {"Cordless Drill", "Drill Bits", .42f, 0},
    {"Drill Bits", "Wall Plugs", .28f, 0},
    {"Wall Plugs", "Wood Screws", .28f, 0},
    {"Wall Shelf", "Spirit Level", .16f, 0},
    {"Wall Shelf", "Wood Screws", .22f, 0},
    {"Picture Frame", "Picture Hooks", .30f, 0},
    {"Art Print", "Picture Frame", .48f, 0},
    {"Candlesticks", "Dinner Candles", .48f, 0},
    {"Scented Candle", "Long Matches", .15f, 0},
    {"Tealight Holder", "Tealights", .45f, 0},
    {"Table Lamp", "Light Bulb", .45f, 0},
    {"Lamp Shade", "Light Bulb", .20f, 0},
    {"Desk Lamp", "Light Bulb", .32f, 0},
    {"String Lights", "Batteries", .25f, 0},
    {"Vase", "Dried Flowers", .25f, 0},
    {"Fountain Pen", "Ink Cartridges", .42f, 0},
    {"Fountain Pen", "Notebook", .25f, 0},
    {"Notebook", "Pencils", .15f, 0},
    {"Greeting Card", "Gift Bag", .15f, 0},
    {"Wrapping Paper", "Ribbon", .30f, 0},
    {"Wrapping Paper", "Gift Tags", .30f, 0},
    {"Wrapping Paper", "Sticky Tape", .20f, 0},
    {"Paper Plates", "Paper Napkins", .42f, 0},
    {"Paper Plates", "Paper Cups", .38f, 0},
    {"Balloons", "Party Bags", .15f, 0},
    {"Tree Lights", "Bauble", .35f, 0},
    {"Crackers", "Paper Napkins", .20f, 0},
    {"Christmas Cards", "Gift Tags", .14f, 0},
    {"Egg Basket", "Chocolate Eggs", .42f, 0},
    {"Egg Decorating Kit", "Hanging Eggs", .20f, 0},
    {"Egg Cups", "Chocolate Eggs", .16f, 0},
    {"Dog Food", "Dog Treats", .22f, 0},
    {"Dog Lead", "Dog Collar", .40f, 0},
    {"Dog Lead", "Poop Bags", .20f, 0},
    {"Dog Bowl", "Dog Food", .28f, 0},
    {"Dog Bed", "Dog Treats", .25f, 1},
    {"Cat Litter", "Litter Scoop", .12f, 0},
    {"Cat Food", "Cat Toy", .14f, 0},
    {"Scratching Post", "Cat Toy", .32f, 0},
    {"Cat Bed", "Cat Food", .30f, 1},
};
const size_t ss_shop_edge_count = sizeof ss_shop_edges / sizeof ss_shop_edges[0];

size_t ss_shop_category_find(const char *name)
{
    for (size_t i = 0; i < ss_shop_category_count; i++)
        if (strcmp(ss_shop_categories[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

size_t ss_shop_type_find(const char *name)
{
    for (size_t i = 0; i < ss_shop_type_count; i++)
        if (strcmp(ss_shop_types[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

size_t ss_shop_list_count(const char *list)
{
    if (!*list)
        return 0;
    size_t count = 1;
    for (; *list; list++)
        count += *list == '|';
    return count;
}

ss_slice ss_shop_list_at(const char *list, size_t index)
{
    for (; index; index--)
        list = strchr(list, '|') + 1;
    return (ss_slice){list, strcspn(list, "|")};
}

/* A bell over the circle of the year. */
typedef struct season {
    const char *name;
    unsigned peak;
    double width; /* days to one standard deviation */
    double floor; /* share that sells far from the peak */
} season;

static const season seasons[SS_SHOP_SEASON_COUNT] = {
    [SS_SHOP_ALL_YEAR] = {"all-year", 0, 1, 1},        [SS_SHOP_SPRING] = {"spring", 115, 32, .12},
    [SS_SHOP_SUMMER] = {"summer", 185, 35, .08},       [SS_SHOP_AUTUMN] = {"autumn", 275, 38, .15},
    [SS_SHOP_WINTER] = {"winter", 355, 45, .15},       [SS_SHOP_EASTER] = {"easter", 92, 14, .01},
    [SS_SHOP_CHRISTMAS] = {"christmas", 340, 20, .02},
};

double ss_shop_season_factor(ss_shop_season which, unsigned day_of_year)
{
    const season *s = &seasons[which];
    double apart = fabs((double)day_of_year - (double)s->peak);
    if (apart > SS_SHOP_DAYS_OF_YEAR / 2.0)
        apart = SS_SHOP_DAYS_OF_YEAR - apart;
    return s->floor + (1 - s->floor) * exp(-.5 * (apart / s->width) * (apart / s->width));
}

const char *ss_shop_season_name(ss_shop_season which)
{
    return seasons[which].name;
}

unsigned ss_shop_season_peak(ss_shop_season which)
{
    return seasons[which].peak;
}
