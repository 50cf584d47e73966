# Licences, as nixpkgs describes them.
{
  gpl2 = {
    shortName = "gpl2Only";
    spdxId = "GPL-2.0-only";
    fullName = "GNU General Public License v2.0 only";
    free = true;
  };
  mit = {
    shortName = "mit";
    spdxId = "MIT";
    fullName = "MIT License";
    free = true;
  };
  cc0 = {
    shortName = "cc0";
    spdxId = "CC0-1.0";
    fullName = "Creative Commons Zero v1.0 Universal";
    free = true;
  };
  unfree = {
    shortName = "unfree";
    fullName = "Unfree";
    free = false;
  };
}
