# shellcheck shell=sh
# Writes an image to standard output in the form of `docker save`: the layers, then what names
# them. It is not compressed.
# shellcheck disable=SC2086,SC2154  # names without blanks; what is set above

set -eu
work=$(mktemp -d)
cd "$work"
layers='' ids=''

# layer WORD...: takes the layer that lies in layer.tar
layer() {
	echo "Creating layer from paths: $*" >&2
	sum=$(sha256sum layer.tar)
	sum=${sum%% *}
	mkdir "$sum"
	mv layer.tar "$sum/"
	layers="$layers $sum/layer.tar" ids="$ids,\"sha256:$sum\""
}

cp "$debian" layer.tar
layer "$debian"
while read -r path; do
	# shellcheck disable=SC2046  # names of programs
	tar -c --no-recursion -f layer.tar $(find "$path" | sort) 2> /dev/null
	layer "$path"
done < "$conf/paths"
# shellcheck disable=SC2046
tar -c --no-recursion -C "$conf/top" -f layer.tar $(cd "$conf/top" && find . | sort)
layer "$conf/top"

printf '%s,"rootfs":{"type":"layers","diff_ids":[%s]}}' "$(sed 's/}$//' "$conf/config")" "${ids#,}" > config
sum=$(sha256sum config)
mv config "${sum%% *}.json"
named_layers=$(printf ',"%s"' $layers)
printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":[%s]}]' "${sum%% *}" "$named" "${named_layers#,}" > manifest.json
touch -d @1 $layers "${sum%% *}.json" manifest.json
tar -c $layers "${sum%% *}.json" manifest.json
echo Done. >&2
