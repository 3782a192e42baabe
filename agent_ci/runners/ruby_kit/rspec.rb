# Runs RSpec as its own program does, with the wanted examples only.
require_relative "junit"

AgentCI.bundle
require "rspec/core"

module AgentCI
  # Collects what RSpec says of each example.
  class RspecFormatter
    RSpec::Core::Formatters.register self, :example_passed, :example_failed, :example_pending, :close

    def initialize(_output)
      @cases = []
    end

    def example_passed(notification)
      @cases << described(notification.example)
    end

    def example_failed(notification)
      error = notification.example.execution_result.exception
      kind = error.is_a?(RSpec::Expectations::ExpectationNotMetError) ? :failure : :error
      trace = "#{error.class}: #{error.message}\n#{(error.backtrace || []).join("\n")}"
      @cases << described(notification.example).merge(kind => error.message, :trace => trace)
    end

    def example_pending(notification)
      message = notification.example.execution_result.pending_message
      @cases << described(notification.example).merge(skipped: message)
    end

    def close(_notification)
      AgentCI.write(@cases)
    end

    private

    def described(example)
      data = example.metadata
      time = example.execution_result.run_time
      { classname: "", name: AgentCI.name(data), file: AgentCI.spec(data), line: data[:line_number], time: time }
    end
  end

  def self.spec(data)
    relative(data[:rerun_file_path] || data[:file_path])
  end

  # Before an example ran, RSpec knows no description of one that was given none.
  def self.name(data)
    return data[:full_description] unless data[:description_args].empty?

    "#{data[:example_group][:full_description]} [#{data[:scoped_id]}]"
  end
end

RSpec.configure do |config|
  config.error_exit_code = AgentCI::BROKEN_OFF if config.respond_to?(:error_exit_code=)
  config.add_formatter("progress")
  config.add_formatter(AgentCI::RspecFormatter, File::NULL)
  unless AgentCI.wanted.empty?
    config.define_derived_metadata do |data|
      next unless data.key?(:example_group) && data.key?(:rerun_file_path)

      data[:agent_ci] = AgentCI.wants?("#{AgentCI.spec(data)}::#{AgentCI.name(data)}") if data.key?(:description_args)
    end
    config.filter_run_including(agent_ci: true)
  end
end
wanted_files = AgentCI.wanted.map { |id| id.partition("::")[0] }
$PROGRAM_NAME = "rspec" # under which name alone it looks into spec/ by itself
exit RSpec::Core::Runner.run(ARGV.reject { |file| wanted_files.include?(file) && !File.exist?(file) }).to_i
