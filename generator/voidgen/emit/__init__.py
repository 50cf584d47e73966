"""Write a tree into a project, and find what that would change.

`listing` knows which files voidgen emitted earlier, `comparison` what would change and what must
not be overwritten, and `writing` writes file by file, so that a killed run leaves nothing broken.
"""

from voidgen.emit.comparison import Changes as Changes
from voidgen.emit.comparison import compare as compare
from voidgen.emit.comparison import faults as faults
from voidgen.emit.listing import LIST as LIST
from voidgen.emit.listing import Sources as Sources
from voidgen.emit.writing import write as write
