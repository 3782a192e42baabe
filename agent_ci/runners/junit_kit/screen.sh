# Compiles the screen of this folder once, and starts it with the arguments. It lives for seconds, like what it runs.
kit=$(dirname "$0")
quick="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
if [ ! -d "$kit/screen" ]; then
    mkdir "$kit/screen"
    javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -nowarn -proc:none -encoding UTF-8 -d "$kit/screen" "$kit/Screen.java" || exit
fi
exec java $quick -cp "$kit/screen" agent_ci.Screen "$@"
