# The report of one run, and what it is to hold; the test framework's own adapter is beside this file.
require "cgi"
require "json"

module AgentCI
  BROKEN_OFF = 3
  # What XML cannot hold.
  STRANGE = /[^\u{9}\u{A}\u{D}\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/

  def self.wanted
    @wanted ||= JSON.parse(File.read(ENV.fetch("AGENT_CI_WANTED"), encoding: "UTF-8"))
  end

  def self.wants?(id)
    wanted.empty? || wanted.any? { |one| id == one || id.start_with?("#{one}::") }
  end

  def self.relative(path)
    full = File.expand_path(path)
    full.start_with?("#{Dir.pwd}/") ? full[(Dir.pwd.length + 1)..] : full
  end

  # What a project's Gemfile asks for, where bundler and the gems are here.
  def self.bundle
    ENV["BUNDLE_PATH"] ||= "vendor/bundle" if File.directory?("vendor/bundle")
    require "bundler/setup" if File.exist?("Gemfile.lock") || ENV.key?("BUNDLE_GEMFILE")
  rescue LoadError, StandardError => error
    warn error.message
  end

  def self.text(value)
    CGI.escapeHTML(value.to_s.encode("UTF-8", invalid: :replace, undef: :replace).gsub(STRANGE, "\u{FFFD}"))
       .gsub("\n", "&#10;").gsub("\t", "&#9;").gsub("\r", "&#13;")
  end

  # Each case is a hash of texts: classname, name, file, line, time, and failure, error or skipped with a message.
  def self.write(cases)
    rows = cases.map do |one|
      result = %i[failure error skipped].find { |kind| one.key?(kind) }
      attributes = %i[classname name file line time].map { |key| %(#{key}="#{text(one[key])}") }.join(" ")
      body = result ? %(<#{result} message="#{text(one[result])}">#{text(one[:trace])}</#{result}>) : ""
      "<testcase #{attributes}>#{body}</testcase>\n"
    end
    report = ENV.fetch("AGENT_CI_REPORT")
    File.write("#{report}.part", "<testsuites><testsuite name=\"ruby\">\n#{rows.join}</testsuite></testsuites>\n")
    File.rename("#{report}.part", report)
  end
end
