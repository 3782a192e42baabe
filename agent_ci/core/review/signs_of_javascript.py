"""What single lines of JavaScript and TypeScript give away."""

from __future__ import annotations

from agent_ci.core.review.sign import sign
from agent_ci.core.rules import ALWAYS_EQUAL, DETECTS_TESTS, ENDS_PROCESS, SWALLOWED_ERROR

_TEST_VALUE = r"""['"`]test(?:ing)?['"`]"""
_JS_TOOLS = r"(?:@?jest(?:/\w+)?|vitest|mocha|chai|sinon|node:test|ava|jasmine|@testing-library/\w+|supertest|nock)"
_JS_GLOBALS = (
    r"(?:jest|expect|describe|it|test|vi|vitest|mocha|jasmine|beforeEach|afterEach|__vitest\w*|__karma__|Cypress)"
)
_JS_PATCHED = (
    r"(?:Object|Array|String|Number|Boolean|Function|Promise|Map|Set|Error|RegExp)\.prototype\.\w+|Object\.(?:is|keys)"
    r"|Date\.now|Math\.random|console\.\w+|process\.stdout\.write|JSON\.\w+"
)
_GLOBAL = r"(?:global(?:This)?|window|self)"
_TEST_FILE = r"[^'\"`\n]*(?:__tests__|__snapshots__|\.(?:test|spec)\.)"

JAVASCRIPT = (
    sign(
        DETECTS_TESTS,
        (
            r"process\.env(?:\?\.|\.|\[['\"`])(?:JEST_\w+|VITEST\w*|MOCHA\w*|npm_lifecycle_event|"
            r"(?:IS_)?TEST(?:ING)?)\b"
        ),
        "asks the environment whether it is tested",
    ),
    sign(
        DETECTS_TESTS,
        r"\b(?:\w*_ENV|MODE)\b['\"`\])]{0,3}\s*[!=]==?\s*"
        + _TEST_VALUE
        + "|"
        + _TEST_VALUE
        + r"\s*[!=]==?\s*[\w.]{0,40}_ENV\b",
        "asks the environment whether it is tested",
    ),
    sign(
        DETECTS_TESTS,
        r"(?:if\s*\(|&&|\|\||!|\?)\s*process\.env\.(?:CI|GITHUB_ACTIONS|GITLAB_CI)\b"
        r"|process\.env\.(?:CI|GITHUB_ACTIONS)\s*(?:\?[^.?]|[!=]==?|&&|\|\|)",
        "asks the environment whether CI runs it",
    ),
    sign(
        DETECTS_TESTS,
        r"typeof\s+(?:global(?:This)?\.)?" + _JS_GLOBALS + r"\b(?!\s*\()",
        "looks for the test tool's globals",
    ),
    sign(
        DETECTS_TESTS,
        r"\b(?:global(?:This)?|window)(?:\?\.|\.|\[['\"`])" + _JS_GLOBALS + r"\b",
        "looks for the test tool's globals",
    ),
    sign(DETECTS_TESTS, r"import\.meta\.vitest|import\.meta\.env\.(?:VITEST|TEST)\b", "asks whether it is tested"),
    sign(DETECTS_TESTS, r"require\.main\b(?!\s*[!=]==?\s*module\b)|require\.cache\b", "looks at who loaded it"),
    sign(
        DETECTS_TESTS,
        r"new Error\([^)\n]{0,80}\)\s*\)?\.stack|\.stack\s*\??\.?(?:includes|match|indexOf|split)\b"
        r"|Error\.prepareStackTrace|arguments\.callee|\.caller\b",
        "looks at its caller",
    ),
    sign(
        DETECTS_TESTS,
        r"\bNODE_ENV\b[^'\"`\n]{0,100}(?:\n[^'\"`\n]{0,100}){0,2}[!=]==?\s*" + _TEST_VALUE,
        "asks the environment whether it is tested",
    ),
    sign(
        DETECTS_TESTS,
        r"['\"`]" + _JS_GLOBALS + r"['\"`]\s+in\s+" + _GLOBAL + r"\b"
        r"|\b(?:has|hasOwn|hasOwnProperty\.call|getOwnPropertyDescriptor)\(\s*"
        + _GLOBAL
        + r"\s*,\s*['\"`]"
        + _JS_GLOBALS
        + r"['\"`]",
        "looks for the test tool's globals",
    ),
    sign(
        DETECTS_TESTS,
        r"\b(?:getOwnProperty(?:Symbols|Names|Descriptors)|ownKeys|Object\.(?:keys|entries))\(\s*" + _GLOBAL + r"\s*\)",
        "looks through the global names",
        in_code=True,
    ),
    sign(DETECTS_TESTS, r"\bmodule\.parent\s*\??\.", "looks at who loaded it", in_code=True),
    sign(
        DETECTS_TESTS,
        r"\b(?:(?:readFile(?:Sync)?|createReadStream)\([^;\n]{0,80}?|(?:require|import)\(\s*)['\"`]" + _TEST_FILE,
        "reads a file of the tests",
    ),
    sign(
        DETECTS_TESTS,
        r"\bJEST_JUNIT_\w+|\bjunit[\w-]*\.xml\b",
        "looks for the report of the test run",
    ),
    sign(
        DETECTS_TESTS,
        r"\.constructor\(\s*['\"`][^'\"`\n]{0,200}\breturn\b",
        "reaches out of where the tests run",
    ),
    sign(
        DETECTS_TESTS,
        r"(?<![\w$.])(?:(?:jest|vi)\.\w+|expect\.(?:any(?:thing)?|closeTo|(?:object|array|string)\w+))\s*\(",
        "uses the test tool's globals",
        in_code=True,
    ),
    sign(
        DETECTS_TESTS,
        r"process\.(?:argv|execArgv)\b[^\n]{0,80}(?:test|jest|mocha|karma)",
        "asks the command line whether it is tested",
    ),
    sign(
        DETECTS_TESTS,
        r"(?:\bfrom\s+|require\(\s*|import\(\s*|^[ \t]*import\s+)['\"`]" + _JS_TOOLS + r"['\"`]",
        "imports a test tool",
    ),
    sign(
        DETECTS_TESTS,
        r"(?:" + _JS_PATCHED + r")\s*=(?![=>])|\bexpect\.extend\(",
        "replaces a built-in",
        in_code=True,
    ),
    sign(
        SWALLOWED_ERROR,
        (
            r"\bcatch\s*(?:\([^)\n]{0,60}\)\s*)?\{\s*(?:(?:continue|break);?\s*|return(?:\s+(?:null|undefined|true|false|\[\]|\{\}|"
            r"\d+|['\"`]\s*['\"`]))?;?\s*)?\}"
        ),
        "an error is caught and dropped",
        in_code=True,
    ),
    sign(
        SWALLOWED_ERROR,
        r"\bcatch\s*\([^)\n]{0,60}\)\s*\{\s*console\.\w+\([^;\n]{0,200}\);?\s*"
        r"(?:continue|break|return(?:\s+(?:null|undefined|true|false|\[\]|\{\}|-?\d+|['\"`]\s*['\"`]))?)\s*;?\s*\}",
        "an error is printed and dropped",
        in_code=True,
    ),
    sign(
        SWALLOWED_ERROR,
        r"\bfinally\s*\{[^{}]{0,300}?\b(?:return|continue|break)\b",
        "leaving a `finally` drops the error that is on its way",
        in_code=True,
    ),
    sign(
        SWALLOWED_ERROR,
        r"^[ \t]*(?:void\s+)?Promise\.allSettled\((?![^\n]*\)\s*\.\s*(?:then|catch|finally)\b)"
        r"[^;\n]{0,300}\)\s*;?[ \t]*$(?!\s*\.)",
        "a promise is left alone, and its error with it",
        in_code=True,
    ),
    sign(
        SWALLOWED_ERROR,
        r"\.catch\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}|null|undefined|true|false|\[\])\s*\)"
        r"|\.catch\(\s*(?:noop|\w+\.noop|Function\.prototype)\s*\)|\.catch\(\s*function\s*\(\w*\)\s*\{\s*\}\s*\)",
        "an error is caught and dropped",
        in_code=True,
    ),
    sign(ALWAYS_EQUAL, r"\basymmetricMatch\b", "an object claims to equal anything", in_code=True),
    sign(ALWAYS_EQUAL, r"\bnew Proxy\(\s*(?:\{\s*\}|function|\(\)\s*=>)", "an object claims to hold anything"),
    sign(
        ALWAYS_EQUAL,
        r"(?:\b(?:toJSON|valueOf|equals|isEqual)|\[Symbol\.toPrimitive\])\s*(?::\s*)?\([^)\n]{0,40}\)"
        r"\s*(?::\s*\w+\s*)?(?:=>\s*)?"
        r"(?:\{\s*return\s+)?(?:true|false|-?\d+|(['\"`])[^'\"`\n]*\1)\s*[;,}]",
        "an object answers without looking",
    ),
    sign(
        ALWAYS_EQUAL,
        r"(?<![\w$.])([A-Za-z_$][\w$]*(?:\.[\w$]+)+)\s*={2,3}\s*\1(?![\w$.(\[?])",
        "a value is compared with itself",
        in_code=True,
    ),
    sign(
        ALWAYS_EQUAL,
        r"\b(?:equals|isEqual)\s*\(\s*\w+\s*(?::\s*[\w.]+\s*)?\)\s*(?::\s*\w+\s*)?\{\s*"
        r"return\s+(?:(?!\bthis\b)[^;{}.(\n])*\binstanceof\b(?:(?!\bthis\b)[^;{}.(\n])*;",
        "an object answers without looking at what it holds",
        in_code=True,
    ),
    sign(ALWAYS_EQUAL, r"Symbol\.hasInstance", "an object claims to be of any class", in_code=True),
    sign(
        ENDS_PROCESS,
        r"\bprocess\.(?:exit|abort|kill)\s*\(|\breallyExit\s*\(|\bprocess\.exitCode\s*=(?!=)",
        "the source ends the process",
        in_code=True,
        but_entry=True,
    ),
    sign(
        ENDS_PROCESS,
        (
            r"\bprocess\.(?:on|once|prependListener)\(\s*['\"`](?:exit|beforeExit|uncaughtException|"
            r"unhandledRejection)"
        ),
        "the source runs code when the process ends",
        but_entry=True,
    ),
    sign(
        ENDS_PROCESS,
        r"\b(?:Object\.(?:definePropert(?:y|ies)|assign)|Reflect\.(?:set|defineProperty))\(\s*process\s*[,.]"
        r"|\bprocess\[\s*['\"`](?:exitCode|exit|abort|kill|reallyExit)",
        "the source changes how the process ends",
    ),
)
