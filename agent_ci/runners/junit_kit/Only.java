package agent_ci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Leaves out the invocations of a parametrised method that are not wanted, where some of them are. */
public final class Only implements ExecutionCondition {
    private static final Pattern NUMBER = Pattern.compile("\\[test-template-invocation:#(\\d+)\\]");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Matcher found = NUMBER.matcher(context.getUniqueId());
        if (!found.find() || !context.getTestMethod().isPresent()) {
            return ConditionEvaluationResult.enabled("no invocation");
        }
        String method = context.getRequiredTestClass().getName() + "::" + context.getRequiredTestMethod().getName();
        boolean isChosenFrom = false;
        for (String line : wanted()) {
            if (line.equals(method + "#" + found.group(1))) {
                return ConditionEvaluationResult.enabled("wanted");
            }
            isChosenFrom |= line.startsWith(method + "#");
        }
        return isChosenFrom
                ? ConditionEvaluationResult.disabled("not wanted")
                : ConditionEvaluationResult.enabled("the whole method is wanted");
    }

    private static List<String> wanted() {
        try {
            return Files.readAllLines(Paths.get(System.getProperty("agent_ci.only")), StandardCharsets.UTF_8);
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
    }
}
