#!/bin/sh
# write_commands.sh SOURCE COMMAND...: what a gcc command with one source would run, in the format of
# commands.h. gold links instead of ld: it needs a third of the files and a tenth of the time.
set -eu
source=$1
shift

# One word a line; the name of the source becomes a placeholder.
words() {
    previous=
    for word; do
        case $previous:$word in
            -dumpbase:*) word={base} ;;
            -dumpbase-ext:*) word={suffix} ;;
            *:"$source") word={source} ;;
            *:/tmp/cc*.o) word={object} ;;
        esac
        printf '%s\n' "$word"
        previous=$word
    done
    echo
}

linker() {
    shift # collect2
    set -- "$@" --
    printf '%s\n' /usr/bin/ld.gold
    while [ "$1" != -- ]; do
        # The plugin is for link-time optimization, which no command here asks for.
        case $1 in
            -plugin) shift ;;
            -plugin-opt=*) ;;
            *) kept="${kept-} '$1'" ;;
        esac
        shift
    done
    eval "words $kept"
}

words "$@"
cd "$(mktemp -d)"
: > "$source" # gcc looks whether it is there
"$@" '-###' 2>&1 | grep '^ ' | while IFS= read -r line; do
    line=${line%|}
    eval "set -- $line"
    case $1 in
        */collect2) linker "$@" ;;
        as) shift; words /usr/bin/as "$@" ;;
        *) words "$@" ;;
    esac
done
