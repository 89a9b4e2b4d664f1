date -d @0 "+%F %T %Z"
printf "%(%F %T %Z)T\n" 0
TZ=Asia/Tokyo printf "%(%T)T\n" 0
