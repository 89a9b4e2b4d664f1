case abc in a*) echo first ;;& *c) echo second ;; esac
select x in a b; do echo "$x"; break; done <<< 2
until false; do break; done
[[ abc =~ (b)(c) ]] && echo "${BASH_REMATCH[@]}"
{ echo group; } | cat
(exit 3) || echo $?
