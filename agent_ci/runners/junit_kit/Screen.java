package agent_ci;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Compiles each version of the sources into a folder of its own, runs the wanted tests with its classes in front of all
 * others, and writes a line of how it did. A version that goes on for too long ends the JVM without such a line.
 */
public final class Screen {
    private static final int TIMES_STOPPED = 50;
    private final Path folder;
    private final List<String> path;
    private final List<String[]> wanted = new ArrayList<>();
    private final ClassLoader libraries;

    private Screen(Path folder) throws IOException {
        this.folder = folder;
        path = Files.readAllLines(folder.resolve("path.txt"), StandardCharsets.UTF_8);
        for (String line : Files.readAllLines(folder.resolve("wanted.txt"), StandardCharsets.UTF_8)) {
            wanted.add(line.split("::", 2));
        }
        List<String> jars = path.stream().filter(each -> !new File(each).isDirectory()).collect(Collectors.toList());
        libraries = loader(jars, ClassLoader.getSystemClassLoader().getParent());
    }

    /** The folder with what is told, the file for the lines, the milliseconds of the processor for one version, and the versions. */
    public static void main(String[] arguments) throws Exception {
        Screen screen = new Screen(Paths.get(arguments[0]));
        long limit = Long.parseLong(arguments[2]);
        PrintStream silent = new PrintStream(OutputStream.nullOutputStream());
        System.setOut(silent);
        System.setErr(silent);
        try (Writer lines = Files.newBufferedWriter(Paths.get(arguments[1]), StandardCharsets.UTF_8)) {
            boolean isFirst = true;
            for (String number : Arrays.asList(arguments).subList(3, arguments.length)) {
                lines.write("{\"number\":" + number + "}\n");
                lines.flush();
                long[] counts = {0, 1};
                Thread thread = new Thread(() -> screen.judge(number, counts));
                thread.start();
                long cpu = ended(thread, isFirst ? 4 * limit : limit);
                isFirst = false;
                if (thread.isAlive()) {
                    Runtime.getRuntime().halt(1);
                }
                String told = "\"passed\":" + counts[0] + ",\"failed\":" + counts[1] + ",\"cpu\":" + cpu;
                lines.write("{\"number\":" + number + "," + told + "}\n");
                lines.flush();
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /**
     * The milliseconds of the processor that the thread took. It is stopped, where this JVM can do that, after the limit
     * of them, which do not go faster where the machine does much else, or four times as many of the clock.
     */
    private static long ended(Thread thread, long limit) throws InterruptedException {
        ThreadMXBean times = ManagementFactory.getThreadMXBean();
        long end = System.nanoTime() + 4_000_000 * limit;
        long cpu = 0;
        while (thread.isAlive() && System.nanoTime() < end && cpu < limit) {
            thread.join(10);
            cpu = Math.max(cpu, times.getThreadCpuTime(thread.getId()) / 1_000_000);
        }
        for (int count = 0; thread.isAlive() && count < TIMES_STOPPED; count++) {  // once for each of its tests
            try {
                Thread.class.getMethod("stop").invoke(thread);
            } catch (ReflectiveOperationException error) {
                return cpu;
            }
            thread.join(20);
        }
        return cpu;
    }

    private void judge(String number, long[] counts) {
        Path classes = folder.resolve("classes").resolve(number);
        try {
            Files.createDirectories(classes);
            if (isCompiled(folder.resolve("version-" + number), classes)) {
                List<String> ours = new ArrayList<>(Collections.singletonList(classes.toString()));
                path.stream().filter(each -> new File(each).isDirectory()).forEach(ours::add);
                ClassLoader loader = loader(ours, libraries);
                Thread.currentThread().setContextClassLoader(loader);
                long[] found = isOfPlatform() ? onPlatform(loader) : onJUnit4(loader);
                counts[0] = found[0];
                counts[1] = found[1];
            }
        } catch (Throwable error) {
            counts[1] = 1;
        }
    }

    private boolean isCompiled(Path sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = new ArrayList<>(Arrays.asList("-nowarn", "-g", "-implicit:none", "-encoding", "UTF-8"));
        options.addAll(Arrays.asList("-d", classes.toString(), "-cp", String.join(File.pathSeparator, path)));
        File[] files = sources.toFile().listFiles();
        if (files == null || files.length == 0) {
            return true;
        }
        Arrays.stream(files).map(File::toString).forEach(options::add);
        OutputStream silent = OutputStream.nullOutputStream();
        return compiler.run(null, silent, silent, options.toArray(new String[0])) == 0;
    }

    private boolean isOfPlatform() {
        try {
            libraries.loadClass("org.junit.platform.launcher.Launcher");
            return true;
        } catch (ClassNotFoundException error) {
            return false;
        }
    }

    /** The wanted methods, each with the class that it is run in; it may be inherited. */
    private List<Map.Entry<Class<?>, Method>> methods(ClassLoader loader) throws ClassNotFoundException {
        List<Map.Entry<Class<?>, Method>> found = new ArrayList<>();
        for (String[] each : wanted) {
            Class<?> type = Class.forName(each[0], false, loader);
            Method method = null;
            for (Class<?> at = type; at != null && method == null; at = at.getSuperclass()) {
                Stream<Method> own = Arrays.stream(at.getDeclaredMethods());
                method = own.filter(one -> one.getName().equals(each[1])).findFirst().orElse(null);
            }
            if (method == null) {
                throw new ClassNotFoundException(String.join("::", each));
            }
            found.add(new AbstractMap.SimpleEntry<>(type, method));
        }
        return found;
    }

    /** JUnit 5 and what runs on its platform. Its classes are not there when this is compiled. */
    private long[] onPlatform(ClassLoader loader) throws Exception {
        String launcher = "org.junit.platform.launcher.";
        Class<?> selectors = loader.loadClass("org.junit.platform.engine.discovery.DiscoverySelectors");
        Class<?> selectorType = loader.loadClass("org.junit.platform.engine.DiscoverySelector");
        Class<?> listenerType = loader.loadClass(launcher + "TestExecutionListener");
        Class<?> requestType = loader.loadClass(launcher + "LauncherDiscoveryRequest");
        List<Map.Entry<Class<?>, Method>> methods = methods(loader);
        Method select = selectors.getMethod("selectMethod", Class.class, Method.class);
        Object array = Array.newInstance(selectorType, methods.size());
        for (int index = 0; index < methods.size(); index++) {
            Map.Entry<Class<?>, Method> each = methods.get(index);
            Array.set(array, index, select.invoke(null, each.getKey(), each.getValue()));
        }
        Class<?> builderType = loader.loadClass(launcher + "core.LauncherDiscoveryRequestBuilder");
        Object builder = builderType.getMethod("request").invoke(null);
        builderType.getMethod("selectors", array.getClass()).invoke(builder, array);
        Object request = builderType.getMethod("build").invoke(builder);
        Object listener = loader.loadClass(launcher + "listeners.SummaryGeneratingListener").getConstructor().newInstance();
        Object listeners = Array.newInstance(listenerType, 1);
        Array.set(listeners, 0, listener);
        Object launching = loader.loadClass(launcher + "core.LauncherFactory").getMethod("create").invoke(null);
        loader.loadClass(launcher + "Launcher").getMethod("execute", requestType, listeners.getClass())
                .invoke(launching, request, listeners);
        Object summary = listener.getClass().getMethod("getSummary").invoke(listener);
        Class<?> type = loader.loadClass(launcher + "listeners.TestExecutionSummary");
        long failed = (Long) type.getMethod("getTotalFailureCount").invoke(summary);
        return new long[] {(Long) type.getMethod("getTestsSucceededCount").invoke(summary), failed};
    }

    private long[] onJUnit4(ClassLoader loader) throws Exception {
        Class<?> requestType = loader.loadClass("org.junit.runner.Request");
        Class<?> coreType = loader.loadClass("org.junit.runner.JUnitCore");
        Class<?> resultType = loader.loadClass("org.junit.runner.Result");
        long[] counts = {0, 0};
        for (Map.Entry<Class<?>, Method> each : methods(loader)) {
            Method byName = requestType.getMethod("method", Class.class, String.class);
            Object request = byName.invoke(null, each.getKey(), each.getValue().getName());
            Object core = coreType.getConstructor().newInstance();
            Object result = coreType.getMethod("run", requestType).invoke(core, request);
            long failed = (Integer) resultType.getMethod("getFailureCount").invoke(result);
            counts[0] += (Integer) resultType.getMethod("getRunCount").invoke(result) - failed;
            counts[1] += failed;
        }
        return counts;
    }

    private static ClassLoader loader(List<String> entries, ClassLoader parent) throws IOException {
        URL[] urls = new URL[entries.size()];
        for (int index = 0; index < urls.length; index++) {
            urls[index] = Paths.get(entries.get(index)).toUri().toURL();
        }
        return new URLClassLoader(urls, parent);
    }
}
