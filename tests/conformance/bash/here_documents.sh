name=world
cat <<END
hello $name $((1 + 1))
END
cat <<'END'
as it is: $name
END
cat <<-END
	indented
	END
tr a-z A-Z <<< "here string"
