package agent_ci;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.analysis.ICounter;
import org.jacoco.core.tools.ExecFileLoader;

/** Tells the lines that can be executed and those that were, as far as the classes below a folder have them, in the form of JaCoCo's report. */
public final class Lines extends SimpleFileVisitor<Path> {
    private static final Set<String> LEFT_OUT = new HashSet<>(Arrays.asList(".git", "node_modules"));
    private static final long MOST = 20_000_000; // bytes of a class

    private final Analyzer analyzer;
    private final XMLStreamWriter report;
    private boolean hasTold;
    private boolean isBlind; // for a class that this JaCoCo cannot read

    private Lines(ExecFileLoader executed, XMLStreamWriter report) {
        this.analyzer = new Analyzer(executed.getExecutionDataStore(), this::tell);
        this.report = report;
    }

    /** The arguments are the folder of the classes, what the agent left, and the report that is made of it. */
    public static void main(String[] told) throws IOException, XMLStreamException {
        ExecFileLoader executed = new ExecFileLoader();
        executed.load(new File(told[1]));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        XMLStreamWriter report = XMLOutputFactory.newInstance().createXMLStreamWriter(text, "UTF-8");
        Lines lines = new Lines(executed, report);
        report.writeStartElement("report");
        report.writeAttribute("name", "executed");
        Files.walkFileTree(Paths.get(told[0]), lines);
        report.writeEndElement();
        report.flush();
        if (lines.hasTold || !lines.isBlind) { // a JaCoCo that is too old for the classes would tell of none of them
            Files.write(Paths.get(told[2]), text.toByteArray());
        }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        boolean isOther = LEFT_OUT.contains(String.valueOf(folder.getFileName()));
        return isOther ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        boolean isClass = attributes.isRegularFile() && file.toString().endsWith(".class");
        if (isClass && attributes.size() <= MOST) {
            try {
                analyzer.analyzeClass(Files.readAllBytes(file), file.toString());
            } catch (IOException error) {
                System.err.println(error);
                isBlind = true;
            }
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException error) {
        return FileVisitResult.CONTINUE;
    }

    private void tell(IClassCoverage found) {
        if (found.getSourceFileName() == null || found.getInstructionCounter().getCoveredCount() == 0) {
            return;
        }
        hasTold = true;
        try {
            report.writeStartElement("package");
            report.writeAttribute("name", found.getPackageName());
            report.writeStartElement("sourcefile");
            report.writeAttribute("name", found.getSourceFileName());
            for (int number = found.getFirstLine(); number <= found.getLastLine(); number++) {
                ICounter counter = found.getLine(number).getInstructionCounter();
                if (counter.getTotalCount() > 0) {
                    report.writeEmptyElement("line");
                    report.writeAttribute("nr", String.valueOf(number));
                    report.writeAttribute("mi", String.valueOf(counter.getMissedCount()));
                    report.writeAttribute("ci", String.valueOf(counter.getCoveredCount()));
                }
            }
            report.writeEndElement();
            report.writeEndElement();
        } catch (XMLStreamException error) {
            throw new IllegalStateException(error);
        }
    }
}
