# Writes what ExUnit says of each test as JUnit XML, to a file that AGENT_CI_REPORT begins the name of.
defmodule AgentCI.Formatter do
  use GenServer

  @impl true
  def init(_options), do: {:ok, []}

  @impl true
  def handle_cast({:test_finished, test}, cases), do: {:noreply, [row(test) | cases]}

  def handle_cast({:suite_finished, _times}, cases) do
    report = "#{System.fetch_env!("AGENT_CI_REPORT")}-#{System.unique_integer([:positive])}-#{System.pid()}.xml"
    body = Enum.reverse(cases)
    File.write!(report, ["<testsuites><testsuite name=\"exunit\">\n", body, "</testsuite></testsuites>\n"])
    {:noreply, cases}
  end

  def handle_cast(_event, cases), do: {:noreply, cases}

  defp row(test) do
    file = Path.relative_to_cwd(test.tags[:file])
    place = [file: file, line: test.tags[:line], time: (test.time || 0) / 1_000_000]
    attributes = [classname: inspect(test.module), name: test.name] ++ place
    named = Enum.map(attributes, fn {key, value} -> ~s(#{key}="#{escaped(value)}" ) end)
    ["<testcase ", named, ">", result(test), "</testcase>\n"]
  end

  defp result(%{state: {:failed, failures}} = test) do
    message = failures |> List.first() |> message()
    width = 100
    text = ExUnit.Formatter.format_test_failure(test, failures, 1, width, fn _key, text -> text end)
    ~s(<failure message="#{escaped(message)}">#{escaped(text)}</failure>)
  end

  defp result(%{state: {:invalid, _module}}) do
    ~s(<error message="what is done before all tests of the module failed"></error>)
  end

  defp result(%{state: {kind, reason}}) when kind in [:skipped, :excluded] do
    ~s(<skipped message="#{escaped(reason)}"></skipped>)
  end

  defp result(_test), do: ""

  defp message({kind, reason, _stack}) do
    Exception.format_banner(kind, reason) |> String.split("\n") |> Enum.take(3) |> Enum.join("\n")
  end

  defp escaped(value) do
    for <<sign::utf8 <- valid(to_string(value))>>, into: "", do: written(sign)
  end

  defp valid(text), do: if(String.valid?(text), do: text, else: inspect(text))

  defp written(?&), do: "&amp;"
  defp written(?<), do: "&lt;"
  defp written(?>), do: "&gt;"
  defp written(?"), do: "&quot;"
  defp written(sign) when sign in [?\t, ?\n, ?\r], do: "&##{sign};"
  defp written(sign) when sign < 32 or sign in [0xFFFE, 0xFFFF], do: "?"
  defp written(sign), do: <<sign::utf8>>
end
