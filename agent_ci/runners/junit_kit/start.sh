# Compiles the extension of this folder for the JUnit in the Maven repository $1, and starts what follows with it.
# Without it, as where there is no JUnit 5 or no compiler, more is run than was asked for, and left out of the report.
kit=$(dirname "$0")
repository=$1
shift
path=$(find "$repository/org/junit" "$repository/org/opentest4j" "$repository/org/apiguardian" -name '*.jar' 2>/dev/null \
    | grep -E '/(junit-jupiter-api|junit-platform-commons|opentest4j|apiguardian-api)-[0-9.]*\.jar$' | sort | tr '\n' ':')
services="$kit/classes/META-INF/services"
if javac -nowarn -proc:none -encoding UTF-8 --release 8 -cp "$path" -d "$kit/classes" "$kit/Only.java" >/dev/null 2>&1; then
    mkdir -p "$services"
    echo agent_ci.Only >"$services/org.junit.jupiter.api.extension.Extension"
    exec "$@" "-Dmaven.test.additionalClasspath=$kit/classes" -Djunit.jupiter.extensions.autodetection.enabled=true
fi
exec "$@"
