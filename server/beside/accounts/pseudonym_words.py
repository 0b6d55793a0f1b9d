"""The words that suggested pseudonyms are made of: weather, wood, small animals, things of a kitchen and a garden.

None is a first name, and none tells a gender, an age, a place, a faith or a diagnosis. No heights, water to fall into, blades or medicines either.
"""

_FIRST = """
Ample Apricot Azure Balmy Barley Blithe Bold Breezy Bright Brisk Bronze Calm Candid Cedar Chestnut Cinnamon Citrus Clear Clever Coastal Cobalt Copper
Cosy Cotton Cream Crisp Curious Dappled Daring Dewy Downy Dreamy Eager Earnest Easy Emerald Evening Fair Faithful Fluffy Fond Forest Fresh Friendly
Garden Gentle Genuine Gilded Glad Gleaming Golden Good Graceful Grassy Green Handy Hardy Harvest Hearty Helpful Honest Hopeful Humble Indigo Keen Kind
Lasting Lavender Leafy Lemon Level Light Lilac Lively Loyal Lucid Lunar Maple Marble Meadow Mellow Mild Mindful Minty Misty Modest Morning Mossy Nimble
Noble Northern Nutmeg Oaken Open Orchard Peaceful Pebbly Placid Plain Playful Pleasant Plucky Polite Proud Quick Quiet Ready Restful Russet Rustic
Saffron Sandy Serene Shady Shining Silken Silver Simple Sincere Smooth Snowy Snug Soft Solar Southern Sparkling Spring Starry Steady Sunlit Sunny Sweet
Tawny Tender Thankful Thoughtful Tidy Tranquil True Trusty Velvet Verdant Vivid Warm Welcome Whole Willing Windy Winter Witty Wooden Woolly Woven Zesty
"""
_SECOND = """
Acorn Alder Almond Anchor Apple Arbour Atlas Badger Balcony Barn Basket Beacon Beaver Beech Bell Bench Birch Biscuit Blanket Blossom Bobbin Bookmark
Bramble Brook Bumblebee Button Cabin Canopy Canvas Cardigan Carousel Cello Chaffinch Cloud Clover Cobnut Compass Cottage Cricket Crocus Cushion Cypress
Daffodil Dahlia Dolphin Dormouse Dragonfly Drum Duckling Eider Elm Falcon Fiddle Finch Firefly Flannel Flax Flute Gazelle Gecko Goldfinch Gosling Grove
Guitar Hamlet Hammock Harbour Hare Harp Hazelnut Heath Hedgehog Heron Hickory Hillside Honeybee Inkwell Island Jackdaw Jigsaw Kestrel Kettle Kingfisher
Kite Koala Lantern Larch Lark Lemur Library Lighthouse Linden Linnet Llama Lotus Lynx Magpie Mallow Mandolin Mango Marmot Marten Mitten Moonbeam Moss
Moth Mountain Muffin Mulberry Nest Nightingale Notebook Nuthatch Oak Oasis Oatmeal Oboe Oriole Osprey Otter Owl Paddle Panda Pancake Papaya Parasol
Parsley Patchwork Peacock Pear Pebble Pelican Penguin Peony Pepper Petal Piano Picnic Pillow Pinecone Plover Plum Poplar Porridge Postcard Puffin Pumpkin
Quail Quilt Quince Rabbit Raccoon Radish Rainbow Raindrop Raspberry Rosehip Sailboat Sandal Sandpiper Scarf Scone Seagull Seashell Sequoia Shortbread
Skylark Snail Snowdrop Sparrow Spruce Squirrel Starfish Starling Stork Strawberry Sundial Sunflower Swallow Swan Sycamore Tangerine Teacup Teapot Terrace
Thimble Thistle Toucan Trellis Trumpet Tulip Turnip Turtle Valley Vanilla Verandah Vole Waffle Wagtail Walnut Warbler Waterlily Weaver Windmill Woodland
Woodpecker Wren Yarrow Zebra Zither
"""

FIRST = tuple(_FIRST.split())
SECOND = tuple(_SECOND.split())
