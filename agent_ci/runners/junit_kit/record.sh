# Starts what follows the five arguments so that the tests' JVMs count what they execute, and then writes which lines
# that were: $1 is maven or gradle, $2 JaCoCo's agent or the jar that holds it, $3 the class path of JaCoCo's core,
# $4 the folder of the sources and classes, $5 the report. The exit code is that of what was started.
kit=$(dirname "$0")
tool=$1 agent=$2 path=$3 root=$4 report=$5
shift 5
# They live for a second: no time is spent on compiling them well.
mkdir -p "$kit/lines"
javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -nowarn -proc:none -encoding UTF-8 -cp "$path" -d "$kit/lines" \
    "$kit/Lines.java" >/dev/null 2>&1 &
case $agent in
    *-runtime.jar) cp "$agent" "$kit/jacocoagent.jar" ;;
    *) (cd "$kit" && jar -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC xf "$agent" jacocoagent.jar) ;;
esac
# Maven's own classes come from loaders of that name, and those of the tests from others.
others=sun.reflect.DelegatingClassLoader:org.codehaus.plexus.classworlds.realm.ClassRealm
AGENT_CI_JVM="-javaagent:$kit/jacocoagent.jar=destfile=$kit/executed,exclclassloader=$others"
if [ "$tool" = maven ]; then
    JAVA_TOOL_OPTIONS="\"$AGENT_CI_JVM\"" "$@"
else
    AGENT_CI_JVM=$AGENT_CI_JVM "$@"
fi
code=$?
wait
java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$kit/lines:$path" agent_ci.Lines "$root" "$kit/executed" "$report" >&2
exit $code
