using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.DataPrep.Datasets.Migrations
{
    /// <inheritdoc />
    public partial class Remappings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "remapping",
                table: "preparations",
                type: "jsonb",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "remapping",
                table: "preparations");
        }
    }
}
