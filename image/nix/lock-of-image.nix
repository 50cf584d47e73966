# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# What voidgen.lock has of one image; null if there is no lock. lock/of_image.py does the same.
{
  # voidgen.lock, parsed, or null.
  lock,
  # The image's name among the variants, or null.
  variant,
}:
if lock == null then
  null
else if variant == null then
  removeAttrs lock [ "variants" ]
else
  removeAttrs lock [
    "closure"
    "iso"
    "variants"
    "xbps"
  ]
  // lock.variants.${variant} or { }
