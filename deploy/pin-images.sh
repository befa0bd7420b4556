#!/bin/sh
# Pins every image of Dockerfile and docker-compose.yml to the digest that its tag has now, as the registry tells it:
#   sh deploy/pin-images.sh
# Needs docker with buildx, and the network. Run it again after a change of tags; a pinned one is looked up anew.
set -eu
cd "$(dirname "$0")/.."
images=$(sed -n 's/^ *image: *//p; s/^FROM \([^ ]*\).*/\1/p' docker-compose.yml Dockerfile | sed 's/@.*//' | sort -u)
for image in $images; do
  case $image in stampede:*) continue ;; esac # built here
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
  case $digest in sha256:*) ;; *) echo "no digest for $image: $digest" >&2; exit 1 ;; esac
  for file in docker-compose.yml Dockerfile; do
    sed "s|$image\(@sha256:[0-9a-f]*\)\{0,1\}\( .*\)\{0,1\}\$|$image@$digest\2|" "$file" > "$file.pinned"
    cat "$file.pinned" > "$file"
    rm "$file.pinned"
  done
  echo "$image@$digest"
done
