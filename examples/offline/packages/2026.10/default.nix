# The set of October 2026. Compared with 2026.04, most packages have newer versions, and dice has an
# older one; linecount is removed, pomodoro is added. greet and desk-sticky have the same versions,
# built with another prelude.
args:
import ../set.nix (
  args
  // {
    release = "2026.10";
    versions = {
      countdown = "1.4.2";
      desk-clock = "1.1";
      desk-sticky = "2.2";
      dice = "2.9";
      diskbars = "0.4";
      field-icons = "6";
      greet = "2.1";
      monthcard = "1.1";
      notebook = "1.0";
      palette = "2.0";
      pomodoro = "0.1";
      prelude = "1.3";
      proverbs = "8";
      proverb-of-the-day = "1.0";
    };
  }
)
