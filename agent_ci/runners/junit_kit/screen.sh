# Compiles the screen of this folder, and starts it with the arguments. It lives for seconds, like what it runs.
kit=$(dirname "$0")
quick="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m"
mkdir -p "$kit/screen"
javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -nowarn -proc:none -encoding UTF-8 -d "$kit/screen" \
    "$kit/Screen.java" || exit
exec java $quick -cp "$kit/screen" agent_ci.Screen "$@"
