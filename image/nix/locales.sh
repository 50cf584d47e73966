# shellcheck shell=sh
# Makes a locale archive of glibc's sources of locales.
# shellcheck disable=SC2154  # the variables come from the derivation

set -eu
export I18NPATH="$glibc/share/i18n"
# localedef writes where glibc reads, below a prefix.
mkdir -p "root$glibc/lib/locale" root/usr/lib/locale
for locale in $locales; do
	# de_DE.UTF-8@euro is made from the source de_DE@euro.
	source=${locale%%.*}
	case $locale in *@*) source=$source@${locale#*@} ;; esac
	if [ ! -e "$I18NPATH/locales/$source" ]; then
		echo "voidgen: glibc of the package set has no locale $locale." >&2
		echo "Choose another one in [nix] locales or image.locale: those of $I18NPATH/locales." >&2
		exit 1
	fi
	# Warnings about a source do not matter; without an archive, it failed.
	"$programs/bin/localedef" --no-warnings=ascii --prefix="$PWD/root" -c -i "$source" -f UTF-8 "$locale" ||
		[ $? = 1 ]
done
cp "$(find root -name locale-archive)" "$out"
