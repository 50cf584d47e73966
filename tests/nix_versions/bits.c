/* bits FILE MODE: sets a file's mode, and prints the mode that it has then. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	struct stat found;

	if (argc != 3 || chmod(argv[1], strtol(argv[2], NULL, 8)) || stat(argv[1], &found))
		return 1;
	printf("%o %u %u\n", found.st_mode, found.st_uid, found.st_gid);
	return 0;
}
