# The set of April 2026.
args:
import ../set.nix (
  args
  // {
    release = "2026.04";
    versions = {
      countdown = "1.4.0";
      desk-clock = "1.0";
      desk-sticky = "2.2";
      dice = "3.0";
      diskbars = "0.3";
      field-icons = "5";
      greet = "2.1";
      linecount = "1.0";
      monthcard = "1.1";
      notebook = "0.9";
      palette = "1.0";
      prelude = "1.2";
      proverbs = "7";
      proverb-of-the-day = "1.0";
    };
  }
)
