#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory.
set -eu

home=$(dirname "$(dirname "$(readlink -f /usr/bin/javac)")")
classes=$DESTDIR/usr/lib/hearth/java
temporary=$(mktemp -d)

# Of the JDK, what compiling needs that the JRE has not.
mkdir -p "$DESTDIR$home/bin" "$DESTDIR$home/lib/server" "$DESTDIR/usr/bin"
cp "$home/bin/javac" "$DESTDIR$home/bin/"
cp "$home/lib/ct.sym" "$DESTDIR$home/lib/"
ln -s "$home/bin/javac" "$DESTDIR/usr/bin/javac"

# The runner, and javac's plugin. Concatenation inline: the plugin is loaded anew for each compilation, and
# would link every one anew.
mkdir -p "$DESTDIR/usr/lib/hearth/bin" "$classes/META-INF/services"
gcc -std=c17 -O2 -s -Wall -Wextra -Werror -DJAVA_HOME="\"$home\"" -I"$home/include" -I"$home/include/linux" \
    -o "$DESTDIR/usr/lib/hearth/bin/java" hearth_java.c class_path.c park.c \
    -L"$home/lib/server" -ljvm -Wl,-rpath,"$home/lib/server" -pthread
exports=--add-exports=jdk.compiler/com.sun.tools.javac.tree=ALL-UNNAMED
javac -Xlint:all -Werror -XDstringConcat=inline "$exports" -d "$classes" hearth/*.java
echo hearth.JudgePlugin > "$classes/META-INF/services/com.sun.source.util.Plugin"

# The JVM's own archive of loaded classes, with those that compiling loads beside those that it has anyway.
mkdir "$temporary/rehearsal"
java -XX:DumpLoadedClassList="$temporary/loaded" "$exports" -cp "$classes" hearth.Rehearsal \
    "$temporary/rehearsal" -proc:none -processorpath "$classes" "-Xplugin:Hearth $temporary/rehearsal/main-class" \
    -cp '.:lib/*' -d "$temporary/rehearsal"
cat "$home/lib/classlist" "$temporary/loaded" | grep -vE '^#|source:|hearth/|Rehearsed' | sort -u > "$temporary/list"
java -Xshare:dump -XX:SharedClassListFile="$temporary/list" \
    -XX:SharedArchiveFile="$DESTDIR$home/lib/server/classes.jsa"
rm -r "$temporary"
