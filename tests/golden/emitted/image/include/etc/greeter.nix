{ text = "It's \"quoted\" \\ \${HOME} $(id) `id` ''\${x} <b>&amp;</b> é 😀\n"; }
