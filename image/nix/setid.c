/* setid.so: setuid bits, setgid bits and capabilities of files, where the system refuses them.
 *
 * Why: Nix's sandbox refuses them to builds (filter-syscalls in nix.conf), but Void's packages
 * have them. This library lets Nix build the ISO nevertheless, with the same bytes as elsewhere.
 *
 * What it does: every program of the build has it in LD_PRELOAD. It replaces the C library's
 * functions that set and read modes and owners. A setuid bit becomes a part of the file's owner,
 * a setgid bit a part of its group:
 *
 *     without the bit        0 ... 32511    65280 ... 65535
 *     with the bit       32768 ... 65279    32512 ... 32767
 *
 * Programs see the bit and the owner without it, so they copy, archive and pack such files as they
 * do elsewhere. Because the file itself carries the bit, it goes along if the file is renamed,
 * linked or removed. mksquashfs is one of these programs, so the image has the real bits.
 *
 * A file's capabilities (setcap) go to a file in /setid, named after its inode and time of birth.
 * capabilities.sh passes them to mksquashfs.
 *
 * What it cannot do:
 *
 * - Programs without a C library, or with one inside (static), do not load it. The system refuses
 *   their bits, and they see the changed owners. reserved-owners.sh fails if the image has such
 *   an owner.
 * - Files cannot have the owners and groups 32512 to 65279: chown fails.
 * - New files do not get the group of a folder with a setgid bit: setgid-folders.sh fails.
 * - Programs can set capabilities, but not read or remove them.
 *
 * It needs no header and no symbol of a C library but syscall and errno, and no initialisation.
 * So one file works in programs of glibc and musl, of any release. Both have the kernel's struct
 * stat on the processors below. */
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#define SETID_BITS (S_ISUID | S_ISGID)
#define FIRST_RESERVED 32512u
#define LAST_RESERVED 65279u
#define DIFFERENCE 32768u
#define UNCHANGED ((id_t)-1)
#define FOLDER "/setid/"

typedef unsigned int id_t;
typedef unsigned int mode_t;

extern long syscall(long number, ...);
extern int *__errno_location(void);

#if defined __x86_64__
struct stat {
	unsigned long dev, ino, nlink;
	mode_t mode;
	id_t uid, gid;
	unsigned int padding;
	unsigned long rest[13];
};
#elif defined __aarch64__
struct stat {
	unsigned long dev, ino;
	mode_t mode;
	unsigned int nlink;
	id_t uid, gid;
	unsigned long rest[12];
};
#else
#error "setid.c: only for x86_64 and aarch64"
#endif

/* A file, as the arguments of the kernel's *at functions name it. */
struct file {
	int folder;
	const char *path;
	int flags;
};

static struct file at_path(const char *path)
{
	return (struct file){ AT_FDCWD, path, 0 };
}

static struct file at_link(const char *path)
{
	return (struct file){ AT_FDCWD, path, AT_SYMLINK_NOFOLLOW };
}

static struct file at_fd(int fd)
{
	return (struct file){ fd, "", AT_EMPTY_PATH };
}

static int fail(int error)
{
	*__errno_location() = error;
	return -1;
}

/* Owners and bits. */

static int is_reserved(id_t id)
{
	return id >= FIRST_RESERVED && id <= LAST_RESERVED;
}

/* Turns an owner without a bit into one with it, and back. */
static id_t switch_bit(id_t id)
{
	return id ^ DIFFERENCE;
}

/* Changes a mode, an owner and a group from what the file has to what programs see. */
static mode_t show(mode_t mode, id_t *uid, id_t *gid)
{
	if (is_reserved(*uid)) {
		*uid = switch_bit(*uid);
		mode |= S_ISUID;
	}
	if (is_reserved(*gid)) {
		*gid = switch_bit(*gid);
		mode |= S_ISGID;
	}
	return mode;
}

/* Gives a file an owner and a group, with the bits of a mode. */
static int set_owner_and_bits(struct file file, id_t uid, id_t gid, mode_t bits)
{
	if (is_reserved(uid) || is_reserved(gid))
		return fail(EPERM);
	if (bits & S_ISUID)
		uid = switch_bit(uid);
	if (bits & S_ISGID)
		gid = switch_bit(gid);
	return (int)syscall(__NR_fchownat, file.folder, file.path, uid, gid, file.flags);
}

/* The bits that a file with this mode still has after chown: the kernel takes none from folders,
 * and no setgid bit from a file that its group cannot execute. */
static mode_t bits_after_chown(mode_t mode)
{
	if (S_ISDIR(mode))
		return mode & SETID_BITS;
	return mode & S_IXGRP ? 0 : mode & S_ISGID;
}

/* Capabilities. */

static int is_capability(const char *attribute)
{
	const char *name = "security.capability";
	while (*name && *name == *attribute) {
		name++;
		attribute++;
	}
	return *name == *attribute;
}

/* Writes the path of the file with a file's capabilities: FOLDER and 3 times 16 digits. */
static void write_record_path(const struct statx *found, char *path)
{
	unsigned long parts[] = {
		found->stx_ino,
		(unsigned long)found->stx_btime.tv_sec,
		found->stx_btime.tv_nsec,
	};
	const char *from;
	int part, shift;

	for (from = FOLDER; *from; from++)
		*path++ = *from;
	for (part = 0; part < 3; part++)
		for (shift = 60; shift >= 0; shift -= 4)
			*path++ = "0123456789abcdef"[parts[part] >> shift & 15];
	*path = 0;
}

#define RECORD_PATH_SIZE (sizeof FOLDER + 3 * 16)

static int read_status(struct file file, unsigned int wanted, struct statx *found)
{
	wanted |= STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID;
	return (int)syscall(__NR_statx, file.folder, file.path, file.flags, wanted, found);
}

static int record_capability(struct file file, const void *value, unsigned long size)
{
	struct statx found;
	char path[RECORD_PATH_SIZE];
	int fd, is_written;

	if (read_status(file, STATX_INO | STATX_BTIME, &found) < 0)
		return -1;
	write_record_path(&found, path);
	fd = (int)syscall(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	is_written = (unsigned long)syscall(__NR_write, fd, value, size) == size;
	if (syscall(__NR_close, fd) < 0 || !is_written)
		return fail(EIO);
	return 0;
}

static void forget_capability(const struct statx *found)
{
	char path[RECORD_PATH_SIZE];
	int error = *__errno_location();

	write_record_path(found, path);
	syscall(__NR_unlinkat, AT_FDCWD, path, 0);
	*__errno_location() = error;
}

/* What the C library's functions do. */

static int set_mode(struct file file, mode_t mode)
{
	struct statx found;
	id_t uid, gid;

	if (read_status(file, 0, &found) < 0)
		return -1;
	if (S_ISLNK(found.stx_mode))
		return fail(EOPNOTSUPP);
	uid = found.stx_uid;
	gid = found.stx_gid;
	if ((show(0, &uid, &gid) ^ mode) & SETID_BITS &&
	    set_owner_and_bits(file, uid, gid, mode) < 0)
		return -1;
	mode &= ~SETID_BITS;
	/* This call takes no empty path. */
	if (file.flags & AT_EMPTY_PATH && !*file.path)
		return (int)syscall(__NR_fchmod, file.folder, mode);
	return (int)syscall(__NR_fchmodat, file.folder, file.path, mode);
}

static int set_owner(struct file file, id_t uid, id_t gid)
{
	struct statx found;
	id_t old_uid, old_gid;
	mode_t mode;

	if (read_status(file, STATX_INO | STATX_BTIME, &found) < 0)
		return -1;
	old_uid = found.stx_uid;
	old_gid = found.stx_gid;
	mode = show(found.stx_mode, &old_uid, &old_gid);
	if (uid == UNCHANGED)
		uid = old_uid;
	if (gid == UNCHANGED)
		gid = old_gid;
	if (set_owner_and_bits(file, uid, gid, bits_after_chown(mode)) < 0)
		return -1;
	if (!S_ISDIR(mode))
		forget_capability(&found);
	return 0;
}

static int get_stat(struct file file, struct stat *found)
{
	if (syscall(__NR_newfstatat, file.folder, file.path, found, file.flags) < 0)
		return -1;
	found->mode = show(found->mode, &found->uid, &found->gid);
	return 0;
}

/* The C library's functions. */

int chmod(const char *path, mode_t mode)
{
	return set_mode(at_path(path), mode);
}

int lchmod(const char *path, mode_t mode)
{
	return set_mode(at_link(path), mode);
}

int fchmod(int fd, mode_t mode)
{
	return set_mode(at_fd(fd), mode);
}

int fchmodat(int folder, const char *path, mode_t mode, int flags)
{
	return set_mode((struct file){ folder, path, flags }, mode);
}

int chown(const char *path, id_t uid, id_t gid)
{
	return set_owner(at_path(path), uid, gid);
}

int lchown(const char *path, id_t uid, id_t gid)
{
	return set_owner(at_link(path), uid, gid);
}

int fchown(int fd, id_t uid, id_t gid)
{
	return set_owner(at_fd(fd), uid, gid);
}

int fchownat(int folder, const char *path, id_t uid, id_t gid, int flags)
{
	return set_owner((struct file){ folder, path, flags }, uid, gid);
}

int statx(int folder, const char *path, int flags, unsigned int wanted, struct statx *found)
{
	if (read_status((struct file){ folder, path, flags }, wanted, found) < 0)
		return -1;
	found->stx_mode = show(found->stx_mode, &found->stx_uid, &found->stx_gid);
	return 0;
}

int setxattr(const char *path, const char *name, const void *value, unsigned long size, int flags)
{
	if (is_capability(name))
		return record_capability(at_path(path), value, size);
	return (int)syscall(__NR_setxattr, path, name, value, size, flags);
}

int lsetxattr(const char *path, const char *name, const void *value, unsigned long size, int flags)
{
	if (is_capability(name))
		return record_capability(at_link(path), value, size);
	return (int)syscall(__NR_lsetxattr, path, name, value, size, flags);
}

int fsetxattr(int fd, const char *name, const void *value, unsigned long size, int flags)
{
	if (is_capability(name))
		return record_capability(at_fd(fd), value, size);
	return (int)syscall(__NR_fsetxattr, fd, name, value, size, flags);
}

/* Programs with offsets of 64 bits use names with 64. Those for glibc before 2.33 use names with
 * x, and pass the version of struct stat. These processors have one struct stat. */
#define DEFINE_STAT(_64) \
int stat##_64(const char *path, struct stat *found) \
{ \
	return get_stat(at_path(path), found); \
} \
int lstat##_64(const char *path, struct stat *found) \
{ \
	return get_stat(at_link(path), found); \
} \
int fstat##_64(int fd, struct stat *found) \
{ \
	return get_stat(at_fd(fd), found); \
} \
int fstatat##_64(int folder, const char *path, struct stat *found, int flags) \
{ \
	return get_stat((struct file){ folder, path, flags }, found); \
} \
int __xstat##_64(int version, const char *path, struct stat *found) \
{ \
	return (void)version, get_stat(at_path(path), found); \
} \
int __lxstat##_64(int version, const char *path, struct stat *found) \
{ \
	return (void)version, get_stat(at_link(path), found); \
} \
int __fxstat##_64(int version, int fd, struct stat *found) \
{ \
	return (void)version, get_stat(at_fd(fd), found); \
} \
int __fxstatat##_64(int version, int folder, const char *path, struct stat *found, int flags) \
{ \
	return (void)version, get_stat((struct file){ folder, path, flags }, found); \
}
DEFINE_STAT()
DEFINE_STAT(64)
