puts "Привет, мир! 日本語 🎉", "Ёж".upcase, "straße".upcase, "я".bytes.inspect, "é".unicode_normalize(:nfd).size, "Привет".reverse, :"символ".inspect
