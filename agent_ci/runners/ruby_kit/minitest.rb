# Loads the files that it is given, all below test/ where there is none, and runs the wanted tests of them.
require_relative "junit"

AgentCI.bundle
require "minitest"

module AgentCI
  # Collects what minitest says of each test.
  class MinitestReporter < Minitest::AbstractReporter
    def initialize
      super
      @cases = []
    end

    def record(result)
      failure = result.failure
      place = AgentCI.place(result.klass, result.source_location)
      one = { classname: result.klass, name: result.name, file: place[0], line: place[1], time: result.time }
      one[AgentCI.kind(result)] = failure.message if failure
      one[:trace] = result.failures.map { |each| "#{each.message}\n#{AgentCI.frames(each)}" }.join("\n") if failure
      @cases << one
    end

    def report
      AgentCI.write(@cases)
    end
  end

  def self.kind(result)
    return :skipped if result.skipped?

    result.error? ? :error : :failure
  end

  def self.frames(failure)
    error = failure.respond_to?(:error) ? failure.error : failure
    (error.backtrace || []).join("\n")
  end

  # Where the class is, since a method that it inherits may lie in a file that has no test of its own.
  def self.place(name, method)
    found = Object.const_source_location(name) if name.match?(/\A[A-Z]\w*(::[A-Z]\w*)*\z/)
    file, line = found && found[0] ? found : method
    line = method[1] if file == method[0]
    [relative(file), line]
  rescue NameError
    [relative(method[0]), method[1]]
  end
end

# minitest asks each extension for its reporter by a method of this name.
module Minitest
  def self.plugin_agent_ci_init(_options)
    reporter << AgentCI::MinitestReporter.new
  end
end

files = ARGV.empty? ? Dir["test/**/*_test.rb", "test/**/test_*.rb"].sort : ARGV.dup
names = AgentCI.wanted.reject { |id| files.include?(id) }.map { |id| Regexp.escape(id.partition("::")[2]) }
pattern = "/\\A(?:#{names.join('|')})\\z/"
ARGV.replace(AgentCI.wanted.empty? || names.length < AgentCI.wanted.length ? [] : ["--name", pattern])
$LOAD_PATH.unshift("test")
Minitest.extensions << "agent_ci"
begin
  files.select { |file| File.exist?(file) }.each { |file| require File.expand_path(file) }
rescue ScriptError, StandardError => error
  warn error.full_message(highlight: false, order: :top)
  exit!(AgentCI::BROKEN_OFF)
end
Minitest.autorun
