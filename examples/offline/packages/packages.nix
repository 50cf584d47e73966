# The packages. Their files are in sources/, their versions in the folders of the releases.
{
  licenses,
  make,
  self,
}:
let
  inherit (self) prelude;
  tool = description: {
    inherit description;
    license = licenses.mit;
  };
in
{
  prelude = make {
    pname = "prelude";
    meta = tool "Shell functions that the tools of this set share";
  };
  field-icons = make {
    pname = "field-icons";
    meta = {
      description = "Plain icons for small tools";
      license = licenses.cc0;
    };
  };
  countdown = make {
    pname = "countdown";
    dependencies = { inherit prelude; };
    outputs = [
      "out"
      "man"
    ];
    meta = tool "Counts seconds down to zero" // {
      outputsToInstall = [
        "out"
        "man"
      ];
    };
  };
  dice = make {
    pname = "dice";
    dependencies = { inherit prelude; };
    meta = tool "Rolls dice";
  };
  diskbars = make {
    pname = "diskbars";
    dependencies = {
      inherit prelude;
      icons = self.field-icons;
    };
    meta = tool "Shows how full the file systems are";
  };
  greet = make {
    pname = "greet";
    dependencies = { inherit prelude; };
    meta = tool "Greets whoever runs it";
  };
  linecount = make {
    pname = "linecount";
    meta = tool "Counts the lines of files";
  };
  monthcard = make {
    pname = "monthcard";
    meta = tool "Prints the month as a card";
  };
  notebook = make {
    pname = "notebook";
    dependencies = {
      inherit prelude;
      icons = self.field-icons;
    };
    outputs = [
      "out"
      "man"
    ];
    meta = tool "Keeps notes, one a line";
  };
  palette = make {
    pname = "palette";
    meta = tool "Shows the colours of the terminal";
  };
  pomodoro = make {
    pname = "pomodoro";
    dependencies = { inherit (self) countdown; };
    meta = tool "Times work and breaks";
  };
  proverbs = make {
    pname = "proverbs";
    meta = {
      description = "Proverbs, under a licence that forbids passing them on";
      license = licenses.unfree;
    };
  };
  proverb-of-the-day = make {
    pname = "proverb-of-the-day";
    dependencies = { inherit (self) proverbs; };
    meta = tool "Prints the proverb of the day";
  };

  deskTools = {
    # `nix search` looks into it, too.
    recurseForDerivations = true;
    clock = make {
      pname = "desk-clock";
      dependencies = {
        inherit prelude;
        icons = self.field-icons;
      };
      meta = tool "Prints the time in large digits" // {
        mainProgram = "desk-clock";
      };
    };
    sticky = make {
      pname = "desk-sticky";
      dependencies = { inherit prelude; };
      meta = tool "Draws a frame around a text";
    };
  };
}
